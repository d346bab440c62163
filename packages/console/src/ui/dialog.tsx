import { Modal, type ModalProps } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';

/** A dialog that fills a narrow screen. */
export function Dialog(props: ModalProps) {
  const { t } = useTranslation();
  const narrow = useMediaQuery('(max-width: 40em)', undefined, { getInitialValueInEffect: false });
  return (
    <Modal
      fullScreen={narrow === true}
      centered
      closeButtonProps={{ 'aria-label': t('close') }}
      // A dialog's head is not the page's.
      attributes={{ header: { role: 'presentation' } }}
      {...props}
      // A name without a space breaks rather than run out of the dialog.
      styles={{ title: { fontWeight: 600, fontSize: '1.0625rem', lineHeight: 1.3, overflowWrap: 'anywhere' } }}
    />
  );
}
