import { useTranslation } from 'react-i18next';
import { keyOfAction } from './actions.ts';

/** The name of an action in a filter. */
export function useActionName(): (action: string) => string {
  const { t, i18n } = useTranslation();
  return (action) => {
    const key = `actionNames.${keyOfAction(action)}`;
    // An action from a newer server is shown as it is.
    return i18n.exists(key) ? t(key as 'actionNames.client_create') : action;
  };
}
