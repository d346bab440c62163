# Bindery's server as a small image: docker build -t bindery . && docker run -p 8080:8080 -v bindery:/data bindery
# It writes to /data only, so it runs with --read-only too.

FROM node:26.10.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json LICENSE ./
COPY packages/server/package.json packages/server/
COPY packages/guard/package.json packages/guard/
COPY packages/binders/package.json packages/binders/
COPY packages/conform/package.json packages/conform/
# No package's script has to run: better-sqlite3 brings its binary.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund
COPY packages/server packages/server
COPY packages/guard packages/guard
COPY packages/binders packages/binders
COPY packages/conform packages/conform
# Portal and console show these programs and pages.
COPY examples examples
COPY docs/integrators docs/integrators
COPY docs/api-developers/start.md docs/api-developers/
RUN mkdir /data

# Colours the portal's samples, with packages that the image itself does not need.
FROM build AS portal
RUN npm ci --workspace packages/server --omit=optional --ignore-scripts --no-audit --no-fund \
 && node packages/server/src/web/portal/build.ts

# Builds the console, with packages that the image itself does not need. Its bundler has binaries in optional packages.
FROM build AS console
COPY tsconfig.json ./
COPY packages/console packages/console
RUN npm ci --workspace packages/console --ignore-scripts --no-audit --no-fund \
 && node packages/console/scripts/build.ts

FROM node:26.10.0-bookworm-slim
LABEL org.opencontainers.image.title="Bindery" \
      org.opencontainers.image.description="Real access control for a company's API in one command" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
COPY --from=build /app /app
COPY --from=portal /app/packages/server/dist packages/server/dist
COPY --from=console /app/packages/console/dist packages/console/dist
COPY --from=build --chown=10001:10001 /data /data

ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8080 \
    BINDERY_DATA_DIR=/data
VOLUME /data
EXPOSE 8080
USER 10001:10001

HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "packages/server/bin/bindery.cjs", "healthcheck"]

# Node is process 1 here: it gets SIGTERM itself, drains and ends with 0.
ENTRYPOINT ["node", "packages/server/bin/bindery.cjs"]
CMD ["serve"]
