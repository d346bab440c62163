import { useTranslation } from 'react-i18next';

/** The actual reason of a refusal in words. */
export function useReason(): (reason: string) => string {
  const { t, i18n } = useTranslation();
  return (reason) => {
    const key = `reasons.${reason}`;
    // A reason from a newer server is shown as it is.
    return i18n.exists(key) ? t(key as 'reasons.wrong_secret') : reason;
  };
}
