function hold(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

/** Makes the browser ask before leaving the page, while it shows something that exists nowhere else. */
export function preventLoss(isOn: boolean): void {
  if (isOn) window.addEventListener('beforeunload', hold);
  else window.removeEventListener('beforeunload', hold);
}
