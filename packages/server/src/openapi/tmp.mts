import { createConfig, lintFromString } from '@redocly/openapi-core';
import { openApiDocument } from './document.ts';
import { loadConfig } from '../config.ts';
const doc = openApiDocument(loadConfig({BINDERY_PUBLIC_URL:'https://auth.acme.test', BINDERY_API_URL:'https://api.acme.test'}), 'Acme API');
const t=JSON.stringify(doc,null,1);
console.log(t.length, JSON.stringify(doc.components.schemas.NewSecret), JSON.stringify(doc.components.schemas.Client));
const config = await createConfig({ extends: ['recommended'] });
const problems = await lintFromString({ source: t, absoluteRef: '/openapi.json', config });
for (const p of problems) console.log(p.severity, p.ruleId, p.message.split('\n')[0], p.location[0]?.pointer);
