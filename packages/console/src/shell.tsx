import {
  AppShell,
  Box,
  Burger,
  Button,
  Divider,
  Group,
  Menu,
  Stack,
  Text,
  UnstyledButton,
  VisuallyHidden,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useRoute } from 'wouter';
import { navigate } from 'wouter/use-browser-location';
import { call } from './api/call.ts';
import { place } from './api/place.ts';
import { useAction } from './api/use-action.ts';
import { GateDialogs } from './session/gate-dialogs.tsx';
import { useInstance } from './session/instance.tsx';
import { useHomeOrganization } from './session/organization.tsx';
import { forgetSession, useSession } from './session/session.tsx';
import { WrongPasswords } from './session/wrong-passwords.tsx';
import { Brand } from './ui/brand.tsx';
import { ErrorBoundary } from './ui/error-boundary.tsx';
import { Icon, type IconName } from './ui/icon.tsx';
import { Note } from './ui/state.tsx';

/** The frame around every screen of a signed-in user. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation();
  const [opened, { toggle, close }] = useDisclosure();
  const [path] = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the menu of a narrow screen
  useEffect(close, [path]);
  return (
    <AppShell
      header={{ height: { base: 56, sm: 0 } }}
      navbar={{ width: 256, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      layout="alt"
      padding={{ base: 'md', sm: 'xl' }}
      withBorder
    >
      <Button className="skip" size="xs" onClick={() => document.getElementById('main')?.focus()}>
        {t('nav.skip')}
      </Button>
      <AppShell.Header hiddenFrom="sm" px="md">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Brand />
          <Burger opened={opened} onClick={toggle} size="sm" aria-label={t('nav.toggle')} aria-expanded={opened} />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" aria-label={t('nav.label')}>
        <Group justify="space-between" wrap="nowrap" px="xs" h={40} mb="xs">
          <Brand />
          <Burger
            hiddenFrom="sm"
            opened={opened}
            onClick={toggle}
            size="sm"
            aria-label={t('nav.toggle')}
            aria-expanded={opened}
          />
        </Group>
        <Navigation />
        <Account />
      </AppShell.Navbar>
      <AppShell.Main className="main" id="main" tabIndex={-1}>
        <WrongPasswords />
        <AddressDetached />
        <ErrorBoundary resetKey={path}>{children}</ErrorBoundary>
      </AppShell.Main>
      <GateDialogs />
    </AppShell>
  );
}

/** Tells the holder of an account that its address was taken away. */
function AddressDetached() {
  const { t } = useTranslation();
  const { user } = useSession();
  if (user.addressDetachedAt === null) return null;
  return (
    <Box mb="lg">
      <Note tone="warn" role="status">
        {t('nav.addressDetached', { email: user.email })}
      </Note>
    </Box>
  );
}

function Navigation() {
  const { t } = useTranslation();
  const { user } = useSession();
  const { docsUrl } = useInstance();
  const home = useHomeOrganization();
  const [, params] = useRoute('/console/o/:organization/*?');
  const { organizations } = useSession();
  const organization = organizations.find(({ id }) => id === params?.organization) ?? home;
  const base = `/console/o/${organization?.id ?? ''}`;
  return (
    <AppShell.Section grow style={{ overflowY: 'auto' }}>
      {organization !== undefined && (
        <Stack gap={2}>
          <OrganizationSwitch current={organization.id} />
          <NavItem to={base} icon="overview" exact label={t('nav.overview')} />
          <NavItem to={`${base}/clients`} icon="clients" label={t('nav.clients')} />
          <NavItem to={`${base}/members`} icon="members" label={t('nav.members')} />
          <NavItem to={`${base}/audit`} icon="audit" label={t('nav.audit')} />
          <NavItem to={`${base}/settings`} icon="settings" label={t('nav.settings')} />
        </Stack>
      )}
      {user.isOperator && (
        <Stack gap={2} mt="lg">
          <Text size="xs" fw={600} c="dimmed" px={11} mb={4}>
            {t('nav.operator')}
          </Text>
          <NavItem to="/console/operator/organizations" icon="organizations" label={t('nav.organizations')} />
          <NavItem to="/console/operator/users" icon="members" label={t('nav.users')} />
          <NavItem to="/console/operator/keys" icon="keys" label={t('nav.keys')} />
          <NavItem to="/console/operator/credentials" icon="credentials" label={t('nav.credentials')} />
          <NavItem to="/console/operator/operators" icon="operators" label={t('nav.operators')} />
          <NavItem to="/console/operator/branding" icon="branding" label={t('nav.branding')} />
        </Stack>
      )}
      <Stack gap={2} mt="lg">
        <a className="nav-link" href={docsUrl}>
          <Icon name="docs" />
          {t('nav.docs')}
        </a>
      </Stack>
    </AppShell.Section>
  );
}

function NavItem({
  to,
  icon,
  label,
  exact,
}: {
  readonly to: string;
  readonly icon: IconName;
  readonly label: string;
  readonly exact?: boolean;
}) {
  const [path] = useLocation();
  const isHere = exact === true ? path === to : path === to || path.startsWith(`${to}/`);
  return (
    <Link className="nav-link" href={to} aria-current={isHere ? 'page' : undefined}>
      <Icon name={icon} />
      {label}
    </Link>
  );
}

function OrganizationSwitch({ current }: { readonly current: string }) {
  const { t } = useTranslation();
  const { organizations } = useSession();
  const [, go] = useLocation();
  const name = organizations.find(({ id }) => id === current)?.name ?? '';
  if (organizations.length < 2) {
    return (
      <Text size="sm" fw={600} px={11} py={6} className="break">
        <bdi>{name}</bdi>
      </Text>
    );
  }
  return (
    <Menu width="target" position="bottom-start">
      <Menu.Target>
        <UnstyledButton className="card" px={10} py={7} mb="xs" aria-label={t('nav.switch', { organization: name })}>
          <Group justify="space-between" wrap="nowrap" gap="xs">
            <Text size="sm" fw={600} truncate>
              <bdi>{name}</bdi>
            </Text>
            <Icon name="chevron" size={16} />
          </Group>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown mah="60vh" style={{ overflowY: 'auto' }}>
        {organizations.map((organization) => (
          <Menu.Item
            key={organization.id}
            aria-current={organization.id === current ? 'true' : undefined}
            leftSection={
              <span style={{ width: 14, display: 'inline-block' }}>
                {organization.id === current && <Icon name="check" size={14} />}
              </span>
            }
            onClick={() => go(`/console/o/${organization.id}`)}
          >
            <bdi>{organization.name}</bdi>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Account() {
  const { t } = useTranslation();
  const { user } = useSession();
  const [, go] = useLocation();
  const signOut = useAction(async () => {
    await call('signOut', {});
    forgetSession();
    navigate(`${place}/console/sign-in`);
  });
  return (
    <AppShell.Section>
      <Divider my="xs" color="var(--line)" />
      <Menu width="target" position="top-start">
        <Menu.Target>
          <UnstyledButton className="nav-link" w="100%">
            <Icon name="operators" />
            <VisuallyHidden>{t('nav.account')}</VisuallyHidden>
            <span style={{ minWidth: 0, flex: 1 }}>
              <Text size="sm" truncate>
                <bdi>{user.name ?? user.email}</bdi>
              </Text>
              {user.name !== null && (
                <Text size="xs" c="dimmed" truncate>
                  <bdi>{user.email}</bdi>
                </Text>
              )}
            </span>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => go('/console/account')}>{t('nav.ownAccount')}</Menu.Item>
          <Menu.Item onClick={() => void signOut.run()}>{t('nav.signOut')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </AppShell.Section>
  );
}
