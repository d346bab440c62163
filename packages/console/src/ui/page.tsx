import { Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { useInstance } from '../session/instance.tsx';

// The first page of a visit leaves the focus alone; later ones move it to their heading.
let visited = false;

/** Sets the title of the browser's tab. */
export function useTitle(...parts: readonly (string | undefined)[]): void {
  const { productName } = useInstance();
  const title = [...parts, productName].filter(Boolean).join(' · ');
  useEffect(() => {
    document.title = title;
  }, [title]);
}

/** A page with a heading, an introduction, actions and content. */
export function Page({
  title,
  of,
  intro,
  actions,
  above,
  children,
}: {
  readonly title: string;
  /** What the page belongs to, for the title of the tab. */
  readonly of?: string | undefined;
  readonly intro?: ReactNode;
  readonly actions?: ReactNode;
  readonly above?: ReactNode;
  readonly children: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useTitle(title, of);
  useEffect(() => {
    // A dialog that opened with the page keeps the focus.
    if (visited && document.querySelector('[role=dialog]') === null) heading.current?.focus();
    visited = true;
  }, []);
  return (
    <div className="page">
      <Stack gap="lg">
        <div>
          {above}
          <Group justify="space-between" align="flex-start" gap="md">
            <div style={{ minWidth: 0, flex: '1 1 18rem' }}>
              <Title order={1} ref={heading} tabIndex={-1} className="break">
                <bdi>{title}</bdi>
              </Title>
              {intro !== undefined && (
                <Text c="dimmed" mt={4} size="sm" component="div" maw="44rem">
                  {intro}
                </Text>
              )}
            </div>
            {actions !== undefined && <Group gap="xs">{actions}</Group>}
          </Group>
        </div>
        {children}
      </Stack>
    </div>
  );
}

/** A section of a page with its own heading. */
export function Section({
  title,
  intro,
  actions,
  danger,
  flush,
  children,
}: {
  readonly title: string;
  readonly intro?: ReactNode;
  readonly actions?: ReactNode;
  readonly danger?: boolean;
  /** For tables, which have their own padding. */
  readonly flush?: boolean;
  readonly children?: ReactNode;
}) {
  const head = (
    <Group
      justify="space-between"
      align="flex-start"
      gap="sm"
      mb={children === undefined ? 0 : flush === true ? 4 : 'md'}
    >
      <div style={{ minWidth: 0, flex: '1 1 14rem' }}>
        <Title order={2}>{title}</Title>
        {intro !== undefined && (
          <Text c="dimmed" size="sm" component="div" maw="44rem">
            {intro}
          </Text>
        )}
      </div>
      {actions !== undefined && <Group gap="xs">{actions}</Group>}
    </Group>
  );
  return (
    <section className={danger === true ? 'card card-danger' : 'card'} aria-label={title}>
      {flush === true ? (
        <>
          <div className="pad" style={{ paddingBottom: 0 }}>
            {head}
          </div>
          {children}
        </>
      ) : (
        <div className="pad">
          {head}
          {children}
        </div>
      )}
    </section>
  );
}
