import { Button, Stack, Text } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Note } from './state.tsx';

/** Contains the failure of one screen, for example one that cannot be loaded after an upgrade. */
export class ErrorBoundary extends Component<
  { readonly children: ReactNode; readonly resetKey: string },
  { failed: boolean }
> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidUpdate(previous: { readonly resetKey: string }) {
    if (this.state.failed && previous.resetKey !== this.props.resetKey) this.setState({ failed: false });
  }

  override render() {
    return this.state.failed ? <Failed /> : this.props.children;
  }
}

function Failed() {
  const { t } = useTranslation();
  return (
    <Note tone="bad" role="alert">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{t('screenFailed')}</Text>
        <Button size="xs" variant="default" onClick={() => window.location.reload()}>
          {t('problem.reload')}
        </Button>
      </Stack>
    </Note>
  );
}
