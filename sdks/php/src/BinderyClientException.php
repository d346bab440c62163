<?php

declare(strict_types=1);

namespace Bindery\Client;

/**
 * The only exception of this package. It never contains a secret or a token. Properties and codes may be added in a minor
 * version; the message is for people and may change.
 */
final class BinderyClientException extends \RuntimeException
{
    /**
     * @param string $errorCode what happened, for programs: configuration_wrong, url_refused, endpoint_unreachable,
     *     endpoint_timeout, endpoint_redirects, endpoint_unavailable, rate_limited, answer_malformed, or the error code
     *     of the token endpoint (RFC 6749 section 5.2), such as invalid_client
     * @param string $reason the message without status and request id
     * @param ?int $status the HTTP status of the response; null if there was none
     * @param ?string $requestId the response's X-Request-Id, which is also in the server's log
     * @param ?int $retryAfterSeconds seconds from Retry-After; until they have passed the client sends no token request
     */
    public function __construct(
        public readonly string $errorCode,
        public readonly string $reason,
        public readonly ?int $status = null,
        public readonly ?string $requestId = null,
        public readonly ?int $retryAfterSeconds = null,
    ) {
        $known = array_filter([
            $status === null ? null : "status {$status}",
            $requestId === null ? null : "request {$requestId}",
        ]);
        parent::__construct($known === [] ? $reason : $reason . ' (' . implode(', ', $known) . ')');
    }

    /** @internal The exception for a response that does not contain what it must. */
    public static function malformed(string $name, string $what, EndpointResponse $response): self
    {
        return self::of('answer_malformed', "{$name} returned {$what}", $response);
    }

    /** @internal */
    public static function of(string $errorCode, string $reason, EndpointResponse $response): self
    {
        return new self($errorCode, $reason, $response->status, $response->requestId, $response->retryAfterSeconds);
    }
}
