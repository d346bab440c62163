import { notifications } from '@mantine/notifications';
import i18next from 'i18next';

/** Says in a corner that something was done; gone after a while. */
export function notify(message: string): void {
  notifications.show({ message, closeButtonProps: { 'aria-label': i18next.t('close') } });
}
