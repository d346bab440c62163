import { Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Redirect, useSearch } from 'wouter';
import { useSession } from '../session/session.tsx';
import { LinkButton } from '../ui/link-button.tsx';
import { Page } from '../ui/page.tsx';
import { NotFound } from './not-found.tsx';

/** For links to a new client that name no organization: takes the only one, or asks which. */
export function PickOrganization() {
  const { t } = useTranslation();
  const { organizations } = useSession();
  const search = useSearch();
  const owned = organizations.filter(({ role }) => role === 'owner');
  const pathOf = (id: string) => `/console/o/${id}/clients/new${search === '' ? '' : `?${search}`}`;
  const [first, second] = owned;
  if (first === undefined) return <NotFound text={t('pick.none')} />;
  if (second === undefined) return <Redirect to={pathOf(first.id)} replace />;
  return (
    <Page title={t('pick.title')} intro={t('pick.text')}>
      <Stack align="flex-start" gap="xs">
        {owned.map(({ id, name }) => (
          <LinkButton key={id} to={pathOf(id)} variant="default">
            <bdi>{name}</bdi>
          </LinkButton>
        ))}
      </Stack>
    </Page>
  );
}
