import { createContext, type ReactNode, use, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from './session.tsx';

/** The organization on the screen, and what the signed-in person is in it. */
export interface CurrentOrganization {
  readonly id: string;
  readonly name: string;
  readonly role: 'owner' | 'member';
}

const OrganizationContext = createContext<CurrentOrganization | undefined>(undefined);
const lastKey = 'bindery.organization';

/** Hands the organization to the screens below. */
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
      // Then the next visit begins with the first organization.
    }
  }, [value.id]);
  return <OrganizationContext value={value}>{children}</OrganizationContext>;
}

/** The organization on the screen. */
export function useOrganization(): CurrentOrganization {
  const organization = use(OrganizationContext);
  if (organization === undefined) throw new Error('there is no organization above this component');
  return organization;
}

/** Why this person may not change the organization on the screen; undefined for an owner, who may. */
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
