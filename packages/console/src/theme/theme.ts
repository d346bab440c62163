import type { ResponseOf } from '@bindery/server/admin/contract/index.ts';
import {
  type CSSVariablesResolver,
  createTheme,
  type MantineColorsTuple,
  type MantineThemeOverride,
} from '@mantine/core';

type Palette = ResponseOf<'getInstance'>['palette'];

const darkSurface = '#1c2021';

/** The theme in the colours of the brand; neutral while they are not known. */
export function themeOf(palette: Palette | undefined): MantineThemeOverride {
  return createTheme({
    colors: {
      // The contract says that there are ten.
      ...(palette === undefined ? {} : { brand: palette.shades as unknown as MantineColorsTuple }),
      dark: [
        '#dde1e2',
        '#b9c0c2',
        '#98a1a3',
        '#6b7476',
        '#434a4d',
        '#32393b',
        '#252b2d',
        darkSurface,
        '#15181a',
        '#0e1011',
      ],
    },
    ...(palette === undefined ? { primaryColor: 'gray' } : { primaryColor: 'brand', primaryShade: 6 }),
    black: '#1b2021',
    defaultRadius: 6,
    cursorType: 'pointer',
    fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
    fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
    headings: {
      fontWeight: '600',
      sizes: { h1: { fontSize: '1.5rem', lineHeight: '1.25' }, h2: { fontSize: '1.0625rem', lineHeight: '1.4' } },
    },
    respectReducedMotion: true,
    components: {
      Modal: { defaultProps: { overlayProps: { backgroundOpacity: 0.45 }, transitionProps: { duration: 120 } } },
      Tooltip: {
        defaultProps: { withArrow: true, multiline: true, maw: 320, events: { hover: true, focus: true, touch: true } },
      },
    },
  });
}

/** The colours of the page, and replacements for those of Mantine that are too pale to read. */
export function variablesOf(palette: Palette | undefined): CSSVariablesResolver {
  const lightAnchor = palette?.onLight ?? '#434a4d';
  const darkAnchor = palette?.onDark ?? '#b9c0c2';
  return () => ({
    variables: {},
    light: {
      '--mantine-color-anchor': lightAnchor,
      '--mantine-color-dimmed': '#566062',
      '--mantine-color-placeholder': '#6b7577',
      '--mantine-color-error': '#b3261e',
      '--mantine-color-default-border': '#d3d9d9',
      '--mantine-color-disabled-color': '#6b7577',
      '--page': '#f6f7f6',
      '--surface': '#ffffff',
      '--line': '#e1e5e4',
      '--good': '#1c7a44',
      '--warn': '#8a5300',
      '--bad': '#b3261e',
      '--good-soft': '#e7f4ec',
      '--warn-soft': '#fdf1dc',
      '--bad-soft': '#fdeae8',
      '--bar-issued': lightAnchor,
      '--bar-refused': '#d0635b',
      '--code': '#f3f5f4',
      '--chosen': `color-mix(in srgb, ${lightAnchor} 10%, #ffffff)`,
    },
    dark: {
      '--mantine-color-anchor': darkAnchor,
      '--mantine-color-dimmed': '#a3acae',
      '--mantine-color-placeholder': '#8f999b',
      '--mantine-color-error': '#ff9088',
      '--mantine-color-default-border': '#434a4d',
      '--mantine-color-disabled-color': '#98a1a3',
      '--page': '#15181a',
      '--surface': darkSurface,
      '--line': '#32393b',
      '--good': '#6fce96',
      '--warn': '#f0b95b',
      '--bad': '#ff9088',
      '--good-soft': '#1b2f24',
      '--warn-soft': '#33291a',
      '--bad-soft': '#382220',
      '--bar-issued': darkAnchor,
      '--bar-refused': '#d9776f',
      '--code': '#15181a',
      '--chosen': `color-mix(in srgb, ${darkAnchor} 16%, ${darkSurface})`,
    },
  });
}
