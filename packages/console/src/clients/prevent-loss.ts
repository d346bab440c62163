function hold(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

/** Has the browser ask before the page is closed or left, while something on it exists nowhere else. */
export function preventLoss(isOn: boolean): void {
  if (isOn) window.addEventListener('beforeunload', hold);
  else window.removeEventListener('beforeunload', hold);
}
