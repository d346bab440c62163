import { Group, Pagination, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** Which part of a list is shown, with links to the other pages. */
export function Pager({
  totalCount,
  pageNumber,
  pageSize,
  onChange,
}: {
  readonly totalCount: number;
  readonly pageNumber: number;
  readonly pageSize: number;
  readonly onChange: (pageNumber: number) => void;
}) {
  const { t } = useTranslation();
  const pages = Math.max(1, Math.ceil(totalCount / pageSize));
  return (
    <Group justify="space-between" gap="sm" px="lg" py="sm" style={{ borderTop: '1px solid var(--line)' }}>
      <Text size="sm" c="dimmed">
        {t('pager.shown', {
          from: Math.min((pageNumber - 1) * pageSize + 1, totalCount),
          to: Math.min(pageNumber * pageSize, totalCount),
          total: totalCount,
        })}
      </Text>
      {pages > 1 && (
        <Pagination
          component="nav"
          aria-label={t('pager.label')}
          size="sm"
          total={pages}
          value={pageNumber}
          onChange={onChange}
          getControlProps={(control) => ({
            'aria-label': control === 'next' ? t('pager.next') : control === 'previous' ? t('pager.previous') : control,
          })}
          getItemProps={(page) => ({ 'aria-label': t('pager.page', { page }) })}
        />
      )}
    </Group>
  );
}
