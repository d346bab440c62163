<?php

declare(strict_types=1);

namespace Bindery\Client;

/** The only exception of this package; it holds neither secret nor token. */
final class BinderyClientException extends \RuntimeException
{
    /**
     * @param string $errorCode what happened, for programs: configuration_wrong, url_refused, endpoint_unreachable,
     *     endpoint_timeout, endpoint_redirects, endpoint_unavailable, rate_limited, answer_malformed, or the token
     *     endpoint's own word (RFC 6749 section 5.2) such as invalid_client
     * @param ?int $status that of the answer, if there was one
     * @param ?string $requestId the answer's X-Request-Id, by which the operator finds it in the log
     * @param ?int $retryAfterSeconds how long the server wants to be left alone; until then nothing is sent
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

    /** @internal The error for an answer that does not hold what it must. */
    public static function malformed(string $name, string $what, Answer $answer): self
    {
        return self::of('answer_malformed', "{$name} answers {$what}", $answer);
    }

    /** @internal */
    public static function of(string $errorCode, string $reason, Answer $answer): self
    {
        return new self($errorCode, $reason, $answer->status, $answer->requestId, $answer->retryAfterSeconds);
    }
}
