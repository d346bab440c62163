import { useTranslation } from 'react-i18next';
import { keyOfAction } from './actions.ts';

/** What an action is called in a list of choices. */
export function useActionName(): (action: string) => string {
  const { t, i18n } = useTranslation();
  return (action) => {
    const key = `actionNames.${keyOfAction(action)}`;
    // An action of a newer server is shown as it came.
    return i18n.exists(key) ? t(key as 'actionNames.client_create') : action;
  };
}
