import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Redirect } from 'wouter';
import { useHomeOrganization } from '../session/organization.tsx';
import { useSession } from '../session/session.tsx';
import { Page } from '../ui/page.tsx';

/** Redirects to the organization of the last visit, or to the operator pages. */
export function Home() {
  const { t } = useTranslation();
  const { user } = useSession();
  const organization = useHomeOrganization();
  if (organization !== undefined) return <Redirect to={`/console/o/${organization.id}`} replace />;
  if (user.isOperator) return <Redirect to="/console/operator/organizations" replace />;
  return (
    <Page title={t('home.noneTitle')}>
      <Text>{t('home.noneText')}</Text>
    </Page>
  );
}
