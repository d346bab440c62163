import { createContext, type ReactNode, use, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from './session.tsx';

/** The organization on the screen and the user's role in it. */
export interface CurrentOrganization {
  readonly id: string;
  readonly name: string;
  readonly role: 'owner' | 'member';
}

const OrganizationContext = createContext<CurrentOrganization | undefined>(undefined);
const lastKey = 'bindery.organization';

/** Provides the organization to the screens below. */
export function OrganizationProvider({
  value,
  children,
}: {
  readonly value: CurrentOrganization;
  readonly children: ReactNode;
}) {
  useEffect(() => {
    try {
      localStorage.setItem(lastKey, value.id);
    } catch {
      // The next visit then starts with the first organization.
    }
  }, [value.id]);
  return <OrganizationContext value={value}>{children}</OrganizationContext>;
}

/** The organization on the screen. */
export function useOrganization(): CurrentOrganization {
  const organization = use(OrganizationContext);
  if (organization === undefined) throw new Error('no OrganizationProvider above this component');
  return organization;
}

/** Why this user cannot change the organization; undefined for owners, who can. */
export function useOwnerReason(): string | undefined {
  const { t } = useTranslation();
  const { role, name } = useOrganization();
  return role === 'owner' ? undefined : t('roles.ownersOnly', { organization: name });
}

/** The organization of the last visit, or the first. */
export function useHomeOrganization(): CurrentOrganization | undefined {
  const { organizations } = useSession();
  return organizations.find(({ id }) => id === readLast()) ?? organizations[0];
}

function readLast(): string | null {
  try {
    return localStorage.getItem(lastKey);
  } catch {
    return null;
  }
}
