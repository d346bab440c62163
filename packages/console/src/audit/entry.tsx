import type { ResponseOf } from '@bindery/server/admin/contract/index.ts';
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CopyInline } from '../ui/copy.tsx';
import { Sentence, slot } from '../ui/sentence.tsx';
import { exactTime, When } from '../ui/when.tsx';
import { keyOfAction } from './actions.ts';
import { useReason } from './reason.ts';

export type AuditEntry = ResponseOf<'listAudit'>['items'][number];

/** One audit entry: a sentence, what changed, and where the request came from. */
export function AuditEntryView({ entry }: { readonly entry: AuditEntry }) {
  const { t } = useTranslation();
  const reasonIn = useReason();
  return (
    <li>
      <Text size="sm" component="div" className="break">
        <AuditSentence entry={entry} />
        {entry.outcome === 'refused' && (
          <Text span size="sm" c="var(--bad)">
            {' '}
            {t('outcome.refused')}
            {entry.reason !== null && `: ${reasonIn(entry.reason)}`}
          </Text>
        )}
      </Text>
      <Changes entry={entry} />
      <Text size="xs" c="dimmed" component="div" mt={4}>
        <When at={entry.at} />
        {entry.address !== null && (
          <>
            {' · '}
            <code className="mono">{entry.address}</code>
          </>
        )}
        {entry.requestId !== null && (
          <>
            {' · '}
            {t('problem.requestId')} <CopyInline value={entry.requestId} label={t('problem.requestId')} />
          </>
        )}
      </Text>
    </li>
  );
}

function AuditSentence({ entry }: { readonly entry: AuditEntry }) {
  const { t, i18n } = useTranslation();
  const { actor, target } = entry;
  const who =
    actor.type === 'command_line'
      ? t('audit.commandLine')
      : actor.type === 'system'
        ? t('audit.system')
        : (actor.name ?? actor.id ?? t('audit.somebody'));
  const remembered =
    entry.details?.['name'] ?? entry.details?.['email'] ?? entry.after?.['name'] ?? entry.before?.['name'];
  const what = target?.name ?? (typeof remembered === 'string' ? remembered : (target?.id ?? ''));
  const parts = [
    <strong key="who">
      <bdi>{who}</bdi>
    </strong>,
    <strong key="what" title={target?.id}>
      <bdi>{what}</bdi>
    </strong>,
  ];
  // What people do to themselves reads differently: joined, left.
  const own = `sentences.${keyOfAction(entry.action)}_self`;
  const isOwn = target !== null && target.id === actor.id && i18n.exists(own);
  const key = isOwn ? own : `sentences.${keyOfAction(entry.action)}`;
  // An action from a newer server has no sentence yet.
  const text = i18n.exists(key)
    ? t(key as 'sentences.client_create', { who: slot(0), what: slot(1) })
    : t('audit.unknownAction', { who: slot(0), what: slot(1), action: entry.action });
  return <Sentence text={text} parts={parts} />;
}

/** What changed, from what to what, in the words of the console where it has them. */
function Changes({ entry }: { readonly entry: AuditEntry }) {
  const { t, i18n } = useTranslation();
  const tell = (name: string, value: unknown): string => {
    if (value === null || value === undefined || value === '') return t('audit.nothingThere');
    const isMoment = /(_at|At|_end|ends)$/.test(name) && (typeof value === 'number' || typeof value === 'string');
    if (isMoment && !Number.isNaN(new Date(value).getTime()))
      return exactTime(new Date(value).getTime(), i18n.language);
    if (/last_four|lastFour/.test(name)) return `…${String(value)}`;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const key = `values.${text}`;
    return i18n.exists(key) ? t(key as 'values.read') : text;
  };
  const label = (name: string): string => {
    const key = `auditFields.${name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())}`;
    // Field names come from the server.
    return i18n.exists(key) ? t(key as 'auditFields.name') : name;
  };
  const names = [...new Set([...Object.keys(entry.before ?? {}), ...Object.keys(entry.after ?? {})])].filter(
    (name) => JSON.stringify(entry.before?.[name]) !== JSON.stringify(entry.after?.[name]),
  );
  const facts = Object.entries(entry.details ?? {}).filter(
    ([name, value]) => value !== null && typeof value !== 'object' && !['name', 'email', 'secret_id'].includes(name),
  );
  if (names.length === 0 && facts.length === 0) return null;
  return (
    <dl className="facts">
      {names.map((name) => (
        <div key={name}>
          <dt>{label(name)}</dt>
          <dd>
            <del>
              <bdi>{tell(name, entry.before?.[name])}</bdi>
            </del>{' '}
            →{' '}
            <ins>
              <bdi>{tell(name, entry.after?.[name])}</bdi>
            </ins>
          </dd>
        </div>
      ))}
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{label(name)}</dt>
          <dd>
            <bdi>{tell(name, value)}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}
