import { useTranslation } from 'react-i18next';

/** The true reason of a refusal in words. */
export function useReason(): (reason: string) => string {
  const { t, i18n } = useTranslation();
  return (reason) => {
    const key = `reasons.${reason}`;
    // A reason of a newer server is shown as it came.
    return i18n.exists(key) ? t(key as 'reasons.wrong_secret') : reason;
  };
}
