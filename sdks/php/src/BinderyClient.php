<?php

declare(strict_types=1);

namespace Bindery\Client;

use GuzzleHttp\Client;
use GuzzleHttp\HandlerStack;
use GuzzleHttp\Utils;
use Psr\Http\Message\ResponseInterface;

/** An API client: one token for all calls of this process and, with a FileTokenCache, of all processes. */
final class BinderyClient
{
    private const CALL_TIMEOUT_SECONDS = 30;

    private readonly Policy $policy;
    private readonly TokenSource $source;
    private readonly Client $guzzle;

    /**
     * Wrong options throw a BinderyClientException with the code configuration_wrong at once. Nothing is sent before
     * the first call.
     *
     * @param string $issuer the issuer's URL, letter by letter as in its metadata: https, or http on loopback
     * @param string $organizationId the organization whose data is meant: a lower-case UUID, sent with every call
     * @param ?string $nextClientSecret tried when the other one is refused, so that a rotation needs no restart
     * @param string $tenantHeader the header that carries the organization's id
     * @param ?string $tokenUrl the token endpoint; by default the issuer's metadata say where it is (RFC 8414)
     * @param ?string $scope the scope to ask for, separated by spaces; by default the server's choice
     * @param float $timeoutSeconds how long the token endpoint may take: above 0 to 300
     * @param ?TokenCache $cache where the token is kept; by default in memory
     * @param ?callable $handler what sends requests, as Guzzle's option of that name; by default curl
     * @param ?callable $now the clock, in seconds since the epoch
     * @param ?callable $random random numbers of [0, 1), for the jitter
     */
    public function __construct(
        string $issuer,
        string $clientId,
        #[\SensitiveParameter] string $clientSecret,
        string $organizationId,
        #[\SensitiveParameter] ?string $nextClientSecret = null,
        string $tenantHeader = 'x-tenant-id',
        ?string $tokenUrl = null,
        ?string $scope = null,
        float $timeoutSeconds = 10,
        ?TokenCache $cache = null,
        ?callable $handler = null,
        ?callable $now = null,
        ?callable $random = null,
    ) {
        $secrets = [new Secret($clientSecret)];
        if ($nextClientSecret !== null) {
            $secrets[] = new Secret($nextClientSecret);
        }
        // Overwritten, because a stack trace of PHP 8.1 shows arguments as they are now.
        $clientSecret = '';
        $nextClientSecret = null;
        $this->policy = new Policy(
            issuer: $issuer,
            clientId: $clientId,
            clientSecrets: $secrets,
            organizationId: $organizationId,
            tenantHeader: $tenantHeader,
            tokenUrl: $tokenUrl,
            scope: $scope,
            timeoutSeconds: $timeoutSeconds,
            now: $now === null ? static fn (): float => microtime(true) : $now(...),
            random: $random === null ? static fn (): float => random_int(0, 999_999) / 1_000_000 : $random(...),
            handler: $handler === null ? null : $handler(...),
        );
        $this->source = new TokenSource($this->policy, $cache ?? new MemoryTokenCache());
        $this->guzzle = $this->guzzle();
    }

    /** The token, for a program that sends requests by itself; ask for it before each call and do not keep it. */
    public function token(): string
    {
        return $this->source->take();
    }

    /**
     * Calls an API as Guzzle does, with the token and the organization; on a 401 once more with a new token. The answer
     * comes back whatever its status.
     *
     * @param array<string, mixed> $options those of Guzzle
     */
    public function request(string $method, string $url, array $options = []): ResponseInterface
    {
        return $this->guzzle->request($method, $url, $options);
    }

    /**
     * A Guzzle client that does the same, for calls at once and for libraries that take one.
     *
     * @param array<string, mixed> $config that of Guzzle, without a handler
     */
    public function guzzle(array $config = []): Client
    {
        $stack = HandlerStack::create($this->policy->handler ?? Utils::chooseHandler());
        $stack->after('http_errors', new TokenMiddleware($this->policy, $this->source), 'bindery');
        $defaults = ['http_errors' => false, 'timeout' => self::CALL_TIMEOUT_SECONDS];
        return new Client(['handler' => $stack] + $config + $defaults);
    }

    /** @return array<string, string> */
    public function __debugInfo(): array
    {
        return ['issuer' => $this->policy->issuer, 'clientId' => $this->policy->clientId];
    }

    /** @return array<mixed> */
    public function __serialize(): array
    {
        throw new \LogicException('a client holds secrets and cannot be serialized');
    }
}
