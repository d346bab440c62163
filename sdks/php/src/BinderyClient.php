<?php

declare(strict_types=1);

namespace Bindery\Client;

use GuzzleHttp\Client;
use GuzzleHttp\HandlerStack;
use GuzzleHttp\Utils;
use Psr\Http\Message\ResponseInterface;

/** An API client: one access token, shared by all calls of this process and, with a FileTokenCache, of all processes. */
final class BinderyClient
{
    private const CALL_TIMEOUT_SECONDS = 30;

    private readonly Policy $policy;
    private readonly TokenSource $source;
    private readonly Client $guzzle;

    /**
     * Uses the client credentials grant (RFC 6749 section 4.4). Nothing is sent before the first call.
     *
     * @param string $issuer the issuer's URL, exactly as in its metadata (RFC 8414): https, or http on loopback
     * @param string $organizationId the organization whose data is meant: a lower-case UUID, sent with every call
     * @param ?string $nextClientSecret tried when the first one is refused, so that a rotation needs no restart
     * @param string $tenantHeader the header that carries the organization's id
     * @param ?string $tokenUrl the token endpoint; by default the one in the issuer's metadata (RFC 8414)
     * @param ?string $scope the scope to request, separated by spaces; by default the server's
     * @param float $timeoutSeconds how long the issuer may take for one response: above 0, at most 300
     * @param ?TokenCache $cache where the token is cached; by default in memory
     * @param ?callable $handler sends the requests, like Guzzle's option of that name; by default curl
     * @param ?callable $now the clock, in seconds since the epoch
     * @param ?callable $random random numbers in [0, 1), for the jitter
     *
     * @throws BinderyClientException configuration_wrong if an option is invalid
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
        // Overwritten, because stack traces of PHP 8.1 show the current values of arguments.
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

    /**
     * The access token, for programs that send requests themselves. Call it before each request and do not store the
     * result: it comes from the cache and is renewed in time.
     *
     * @throws BinderyClientException if there is no token
     */
    public function token(): string
    {
        return $this->source->take();
    }

    /**
     * Calls an API like Guzzle, with the access token and the tenant header. After a 401 it calls once more with a new
     * token, unless the body is a stream that cannot be rewound. The default timeout is 30 seconds.
     *
     * @param array<string, mixed> $options Guzzle's request options
     *
     * @return ResponseInterface the response, whatever its status
     *
     * @throws BinderyClientException if there is no token, or with the code url_refused
     * @throws \GuzzleHttp\Exception\GuzzleException if the API is unreachable
     */
    public function request(string $method, string $url, array $options = []): ResponseInterface
    {
        return $this->guzzle->request($method, $url, $options);
    }

    /**
     * A Guzzle client that does the same, for concurrent calls and for libraries that take one.
     *
     * @param array<string, mixed> $config Guzzle's configuration, without a handler
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
        throw new \LogicException('a client contains secrets and cannot be serialized');
    }
}
