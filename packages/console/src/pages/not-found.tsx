import { useTranslation } from 'react-i18next';
import { LinkButton } from '../ui/link-button.tsx';
import { Page } from '../ui/page.tsx';

/** Shown for an unknown address. */
export function NotFound({ text }: { readonly text?: string }) {
  const { t } = useTranslation();
  return (
    <Page title={t('notFound.title')} intro={text ?? t('notFound.text')}>
      <div>
        <LinkButton to="/console" variant="default">
          {t('notFound.home')}
        </LinkButton>
      </div>
    </Page>
  );
}
