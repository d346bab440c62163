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
      // The header of a dialog is not the header of the page.
      attributes={{ header: { role: 'presentation' } }}
      {...props}
      // Long names without spaces break instead of overflowing.
      styles={{ title: { fontWeight: 600, fontSize: '1.0625rem', lineHeight: 1.3, overflowWrap: 'anywhere' } }}
    />
  );
}
