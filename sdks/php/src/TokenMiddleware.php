<?php

declare(strict_types=1);

namespace Bindery\Client;

use GuzzleHttp\Exception\ConnectException;
use GuzzleHttp\Exception\RequestException;
use GuzzleHttp\Promise\Create;
use GuzzleHttp\Promise\PromiseInterface;
use Psr\Http\Message\RequestInterface;
use Psr\Http\Message\ResponseInterface;

/**
 * Guzzle middleware that adds the token and the tenant header, and repeats a call once after a 401. It runs outside of
 * Guzzle's redirects, which remove the token on the way to another origin.
 *
 * @internal
 */
final class TokenMiddleware
{
    public function __construct(private readonly Policy $policy, private readonly TokenSource $source)
    {
    }

    public function __invoke(callable $next): callable
    {
        return function (RequestInterface $request, array $options) use ($next): PromiseInterface {
            $url = (string) $request->getUri();
            if (!SafeUrl::isSafe($url)) {
                $message = 'a token is sent to absolute https URLs only, or to http on loopback';
                throw new BinderyClientException('url_refused', $message);
            }
            if (SafeUrl::isPlain($url)) {
                $options['proxy'] = '';
            }
            $accessToken = $this->source->take();
            return $next($this->authorize($request, $accessToken), $options)->then(
                fn (ResponseInterface $response) => $this->repeatOnce($next, $request, $options, $response, $accessToken),
                fn (mixed $reason) => Create::rejectionFor(self::withoutToken($reason)),
            );
        };
    }

    /** @param array<string, mixed> $options */
    private function repeatOnce(
        callable $next,
        RequestInterface $request,
        array $options,
        ResponseInterface $response,
        #[\SensitiveParameter] string $accessToken,
    ): ResponseInterface|PromiseInterface {
        if ($response->getStatusCode() !== 401) {
            return $response;
        }
        $this->source->drop($accessToken);
        $body = $request->getBody();
        // A stream that cannot be rewound can be read only once.
        if (!$body->isSeekable()) {
            return $response;
        }
        $body->rewind();
        return $next($this->authorize($request, $this->source->take()), $options)->otherwise(
            static fn (mixed $reason) => Create::rejectionFor(self::withoutToken($reason)),
        );
    }

    private function authorize(RequestInterface $request, #[\SensitiveParameter] string $accessToken): RequestInterface
    {
        return $request
            ->withHeader('Authorization', "Bearer {$accessToken}")
            ->withHeader($this->policy->tenantHeader, $this->policy->organizationId);
    }

    /** Guzzle's exceptions contain the request: the same exception, with a request without the token. */
    private static function withoutToken(mixed $reason): mixed
    {
        if ($reason instanceof ConnectException) {
            $clean = $reason->getRequest()->withoutHeader('Authorization');
            return new ConnectException($reason->getMessage(), $clean, null, $reason->getHandlerContext());
        }
        if ($reason instanceof RequestException) {
            $clean = $reason->getRequest()->withoutHeader('Authorization');
            $class = $reason::class;
            return new $class($reason->getMessage(), $clean, $reason->getResponse(), null, $reason->getHandlerContext());
        }
        return $reason;
    }
}
