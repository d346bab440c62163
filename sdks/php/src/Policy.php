<?php

declare(strict_types=1);

namespace Bindery\Client;

/**
 * The validated options. No message repeats a value, because any of them could be a secret in the wrong place.
 *
 * @internal
 */
final class Policy
{
    private const TIMEOUT_SECONDS_MAX = 300;
    private const UUID = '/\A[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\z/';
    private const HEADER = "/\\A[!#$%&'*+.^_`|~0-9A-Za-z-]+\\z/";
    // RFC 6749 section 3.3
    private const SCOPE = '/\A[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*\z/';

    /** @param non-empty-list<Secret> $clientSecrets the current secret and, during a rotation, the next one */
    public function __construct(
        public readonly string $issuer,
        public readonly string $clientId,
        public readonly array $clientSecrets,
        public readonly string $organizationId,
        public readonly string $tenantHeader,
        public readonly ?string $tokenUrl,
        public readonly ?string $scope,
        public readonly float $timeoutSeconds,
        public readonly \Closure $now,
        public readonly \Closure $random,
        public readonly ?\Closure $handler,
    ) {
        // RFC 8414 section 2: no query and no fragment.
        if (!SafeUrl::isSafe($issuer) || strpbrk($issuer, '?#') !== false) {
            throw self::wrong('issuer must be an https URL without user name, query or fragment (http on loopback only)');
        }
        self::checkCredential('clientId', $clientId);
        foreach ($clientSecrets as $index => $secret) {
            self::checkCredential($index === 0 ? 'clientSecret' : 'nextClientSecret', $secret->reveal());
        }
        if (preg_match(self::UUID, $organizationId) !== 1) {
            throw self::wrong('organizationId must be a lower-case UUID');
        }
        if (preg_match(self::HEADER, $tenantHeader) !== 1 || strcasecmp($tenantHeader, 'authorization') === 0) {
            throw self::wrong('tenantHeader must be a header name other than authorization');
        }
        if ($tokenUrl !== null && !SafeUrl::isEndpoint($tokenUrl, $issuer)) {
            throw self::wrong('tokenUrl must be an https URL without user name, password or fragment (http on loopback only)');
        }
        if ($scope !== null && preg_match(self::SCOPE, $scope) !== 1) {
            throw self::wrong('scope must be scopes separated by single spaces');
        }
        // Written so that NAN fails as well.
        if (!($timeoutSeconds > 0 && $timeoutSeconds <= self::TIMEOUT_SECONDS_MAX)) {
            throw self::wrong('timeoutSeconds must be above 0 and at most ' . self::TIMEOUT_SECONDS_MAX);
        }
    }

    public function now(): float
    {
        return (float) ($this->now)();
    }

    public function random(): float
    {
        return (float) ($this->random)();
    }

    /** Tells the cached token of one client from that of another. */
    public function cacheKey(): string
    {
        return hash('sha256', json_encode([$this->issuer, $this->tokenUrl, $this->clientId, $this->scope], JSON_THROW_ON_ERROR));
    }

    private static function checkCredential(string $name, #[\SensitiveParameter] string $value): void
    {
        $problem = match (true) {
            $value === '' => 'is missing',
            trim($value) !== $value => 'begins or ends with whitespace',
            // RFC 6749 appendix A.1, A.2
            preg_match('/\A[\x20-\x7e]+\z/', $value) !== 1 => 'contains invalid characters',
            default => null,
        };
        // Overwritten, because stack traces show the current values of arguments.
        $value = '';
        if ($problem !== null) {
            throw self::wrong("{$name} {$problem}");
        }
    }

    private static function wrong(string $message): BinderyClientException
    {
        return new BinderyClientException('configuration_wrong', $message);
    }
}
