import type { ResponseOf } from '@bindery/server/admin/contract/index.ts';
import { createContext, type ReactNode, use } from 'react';

export type Instance = ResponseOf<'getInstance'>;

const InstanceContext = createContext<Instance | undefined>(undefined);

/** Provides the instance's branding, addresses and limits to every screen. */
export function InstanceProvider({ value, children }: { readonly value: Instance; readonly children: ReactNode }) {
  return <InstanceContext value={value}>{children}</InstanceContext>;
}

/** The instance's branding, addresses and limits. */
export function useInstance(): Instance {
  const instance = use(InstanceContext);
  if (instance === undefined) throw new Error('no InstanceProvider above this component');
  return instance;
}
