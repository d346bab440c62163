import type { ResponseOf } from '@bindery/server/admin/contract/index.ts';
import { Button, FileButton, Group, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { queryClient, useAnswer } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useInstance } from '../../session/instance.tsx';
import { useRules } from '../../session/rules.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { notify } from '../../ui/notify.ts';
import { Page, Section } from '../../ui/page.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { Note } from '../../ui/state.tsx';

type Branding = ResponseOf<'getBranding'>;

/** The branding of the console and the docs. */
export function BrandingPage() {
  const { t } = useTranslation();
  const query = useAnswer('getBranding', {});
  return (
    <Page title={t('branding.title')} of={t('nav.operator')} intro={t('branding.intro')}>
      <Loaded query={query} title={t('branding.failed')}>
        {(value) => (
          <BrandingForm key={JSON.stringify([value.productName, value.color, value.contact])} branding={value} />
        )}
      </Loaded>
    </Page>
  );
}

function BrandingForm({ branding }: { readonly branding: Branding }) {
  const { t } = useTranslation();
  const rules = useRules();
  const { palette, limits } = useInstance();
  const kibibytes = Math.floor(limits.logoBytesMax / 1024);
  // Without a brand colour the pages use Bindery's own, the seventh shade.
  const [shownColor] = useState(branding.color ?? palette.shades[6] ?? '');
  const [logo, setLogo] = useState(branding.logo);
  const [logoProblem, setLogoProblem] = useState<string>();
  const form = useForm({
    initialValues: {
      productName: branding.productName,
      color: shownColor,
      contact: branding.contact ?? '',
    },
    validateInputOnBlur: true,
    validate: {
      productName: (value) => rules.productName(value, t('branding.nameMissing')),
      color: rules.color,
      contact: rules.optionalEmail,
    },
  });
  const save = useAction(async ({ productName, color, contact }: typeof form.values) => {
    const chosen = color.trim().toLowerCase();
    await call('setBranding', {
      body: {
        productName: productName.trim(),
        color: branding.color === null && chosen === shownColor ? null : chosen,
        logo,
        contact: contact.trim() === '' ? null : contact.trim(),
      },
    });
    await queryClient.refetchQueries({ queryKey: ['getInstance'] });
    notify(t('saved'));
  });
  const take = async (file: File | null) => {
    if (file === null) return;
    if (file.size > limits.logoBytesMax || !['image/png', 'image/jpeg'].includes(file.type)) {
      setLogoProblem(t('branding.logoWrong', { kibibytes }));
      return;
    }
    setLogoProblem(undefined);
    setLogo(await readDataUrl(file));
  };
  return (
    <form onSubmit={form.onSubmit((values) => void save.run(values))} noValidate>
      <Section title={t('branding.look')}>
        <Stack maw="32rem">
          <TextInput
            label={t('branding.name')}
            description={t('branding.nameHelp')}
            {...form.getInputProps('productName')}
          />
          <div>
            <Group align="flex-end" gap="xs">
              <TextInput
                label={t('branding.color')}
                spellCheck={false}
                {...form.getInputProps('color')}
                style={{ flex: 1 }}
              />
              <input
                type="color"
                aria-label={t('branding.colorPick')}
                value={rules.color(form.values.color) === null ? form.values.color.trim() : shownColor}
                onChange={(event) => form.setFieldValue('color', event.currentTarget.value)}
                style={{
                  width: 44,
                  height: 36,
                  padding: 2,
                  background: 'none',
                  border: '1px solid var(--line)',
                  borderRadius: 6,
                }}
              />
            </Group>
            <Contrast color={form.values.color} />
          </div>
          <div>
            <Text size="sm" fw={600}>
              {t('branding.logo')}
            </Text>
            <Text size="xs" c="dimmed" mb="xs">
              {t('branding.logoHelp', { kibibytes })}
            </Text>
            <Group>
              {logo !== null && <img src={logo} alt={t('branding.logoAlt')} className="logo" />}
              <FileButton
                accept="image/png,image/jpeg"
                onChange={(file) => void take(file)}
                inputProps={{ 'aria-label': t('branding.logo') }}
              >
                {(props) => (
                  <Button {...props} variant="default" size="xs">
                    {logo === null ? t('branding.logoChoose') : t('branding.logoReplace')}
                  </Button>
                )}
              </FileButton>
              {logo !== null && (
                <Button variant="subtle" color="gray" c="dimmed" size="xs" onClick={() => setLogo(null)}>
                  {t('branding.logoRemove')}
                </Button>
              )}
            </Group>
            {logoProblem !== undefined && (
              <Text size="sm" c="var(--bad)" role="alert" mt={4}>
                {logoProblem}
              </Text>
            )}
          </div>
          <TextInput
            label={t('settings.contact')}
            description={t('branding.contactHelp')}
            type="email"
            {...form.getInputProps('contact')}
          />
          {save.problem !== undefined && <ProblemAlert problem={save.problem} />}
          <div>
            <Button type="submit" loading={save.isPending}>
              {t('save')}
            </Button>
          </div>
        </Stack>
      </Section>
    </form>
  );
}

/** Says whether white text can be read on the colour, and what happens when it cannot. */
function Contrast({ color }: { readonly color: string }) {
  const { t, i18n } = useTranslation();
  const isColor = useRules().color(color) === null;
  const [settled] = useDebouncedValue(color.trim().toLowerCase(), 200);
  const query = useAnswer('getPalette', { query: { color: settled } }, { enabled: isColor && settled !== '' });
  const found = query.data?.value;
  if (!isColor || found === undefined) return null;
  const contrast = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 }).format(found.whiteTextContrast);
  return (
    <div style={{ marginTop: '0.5rem' }} role="status">
      <Note tone={found.isReadable ? 'good' : 'warn'}>
        <Text size="sm">
          {found.isReadable ? t('branding.contrastGood', { contrast }) : t('branding.contrastPoor', { contrast })}
        </Text>
      </Note>
    </div>
  );
}

function readDataUrl(file: File): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const reader = new FileReader();
  reader.addEventListener('load', () => resolve(String(reader.result)));
  reader.addEventListener('error', () => reject(reader.error ?? new Error('the image could not be read')));
  reader.readAsDataURL(file);
  return promise;
}
