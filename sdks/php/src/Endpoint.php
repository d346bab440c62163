<?php

declare(strict_types=1);

namespace Bindery\Client;

use GuzzleHttp\Client;
use GuzzleHttp\Exception\ConnectException;
use GuzzleHttp\Exception\GuzzleException;
use GuzzleHttp\Exception\RequestException;
use GuzzleHttp\Psr7\FnStream;
use GuzzleHttp\Psr7\Utils;
use Psr\Http\Message\ResponseInterface;
use Psr\Http\Message\StreamInterface;

/**
 * Asks the issuer: bounded in time and size, never redirected, tried again where that may help.
 *
 * @internal
 */
final class Endpoint
{
    private const ANSWER_BYTES_MAX = 65_536;
    private const ATTEMPTS_MAX = 3;
    /** The longest Retry-After, in seconds, that is waited for; a longer one is an error at once. */
    public const RETRY_AFTER_SECONDS_MAX = 10;
    private const REPEATABLE = ['endpoint_unreachable', 'endpoint_unavailable', 'rate_limited'];
    private const REFUSALS = [
        'invalid_request',
        'invalid_client',
        'invalid_grant',
        'unauthorized_client',
        'unsupported_grant_type',
        'invalid_scope',
        'invalid_target',
    ];
    private const CURL_TIMED_OUT = 28;

    public function __construct(private readonly Policy $policy)
    {
    }

    /**
     * The answer, a JSON object with status 200; anything else becomes an exception.
     *
     * @param string $name what errors call the endpoint
     * @param array<string, string> $form
     */
    public function ask(string $name, string $method, string $url, ?Secret $authorization = null, array $form = []): Answer
    {
        for ($made = 1;; $made += 1) {
            try {
                return $this->askOnce($name, $method, $url, $authorization, $form);
            } catch (BinderyClientException $exception) {
                $pauseSeconds = $made < self::ATTEMPTS_MAX ? $this->pauseAfter($exception, $made) : null;
                if ($pauseSeconds === null) {
                    throw $exception;
                }
            }
            usleep((int) ($pauseSeconds * 1_000_000));
        }
    }

    private function pauseAfter(BinderyClientException $exception, int $made): ?float
    {
        if (!in_array($exception->errorCode, self::REPEATABLE, true)) {
            return null;
        }
        $asked = $exception->retryAfterSeconds;
        if ($asked !== null) {
            return $asked <= self::RETRY_AFTER_SECONDS_MAX ? (float) $asked : null;
        }
        return 0.25 * 2 ** $made * (0.5 + $this->policy->random() / 2);
    }

    /** @param array<string, string> $form */
    private function askOnce(string $name, string $method, string $url, ?Secret $authorization, array $form): Answer
    {
        $answer = $this->send($name, $method, $url, $authorization, $form);
        $status = $answer->status;
        if ($status >= 300 && $status < 400) {
            throw BinderyClientException::of('endpoint_redirects', "{$name} redirects, which is never followed", $answer);
        }
        if ($status === 429) {
            throw BinderyClientException::of('rate_limited', "{$name} has had too many requests", $answer);
        }
        if ($status >= 500) {
            throw BinderyClientException::of('endpoint_unavailable', "{$name} is unavailable", $answer);
        }
        $json = $answer->json();
        if ($status === 200 && $json !== null) {
            return $answer;
        }
        $refusal = $json['error'] ?? null;
        if (is_string($refusal) && in_array($refusal, self::REFUSALS, true)) {
            throw BinderyClientException::of($refusal, "{$name} refuses: {$refusal}", $answer);
        }
        throw BinderyClientException::malformed($name, 'with something else than asked for', $answer);
    }

    /** @param array<string, string> $form */
    private function send(string $name, string $method, string $url, ?Secret $authorization, array $form): Answer
    {
        $body = Utils::streamFor('');
        $options = [
            'headers' => ['Accept' => 'application/json'],
            'allow_redirects' => false,
            'http_errors' => false,
            'cookies' => false,
            'decode_content' => false,
            'connect_timeout' => $this->policy->timeoutSeconds,
            'timeout' => $this->policy->timeoutSeconds,
            'sink' => self::bounded($body),
        ];
        if ($authorization !== null) {
            $options['headers']['Authorization'] = $authorization->reveal();
            $options['form_params'] = $form;
        }
        if (SafeUrl::isPlain($url)) {
            // What is meant for this machine does not go through a proxy.
            $options['proxy'] = '';
        }
        $handler = $this->policy->handler;
        $isTimeout = false;
        $response = null;
        try {
            $response = (new Client($handler === null ? [] : ['handler' => $handler]))->request($method, $url, $options);
        } catch (GuzzleException $exception) {
            $isRequest = $exception instanceof ConnectException || $exception instanceof RequestException;
            $isTimeout = $isRequest && ($exception->getHandlerContext()['errno'] ?? 0) === self::CURL_TIMED_OUT;
        }
        // Guzzle's exception stays here: it holds the request.
        if ($isTimeout) {
            throw new BinderyClientException('endpoint_timeout', "{$name} did not answer in time");
        }
        if ($response === null) {
            throw new BinderyClientException('endpoint_unreachable', "{$name} cannot be reached");
        }
        return $this->answerOf($response, $body);
    }

    private function answerOf(ResponseInterface $response, StreamInterface $body): Answer
    {
        $requestId = $response->getHeaderLine('X-Request-Id');
        return new Answer(
            $response->getStatusCode(),
            preg_match('/\A[A-Za-z0-9_.:-]{1,128}\z/', $requestId) === 1 ? $requestId : null,
            self::parseRetryAfter($response->getHeaderLine('Retry-After'), $this->policy->now()),
            new Secret((string) $body),
        );
    }

    /** RFC 9110 section 10.2.3: seconds, or a date; null for anything else. */
    public static function parseRetryAfter(string $value, float $now): ?int
    {
        if (preg_match('/\A[0-9]{1,9}\z/', $value) === 1) {
            return (int) $value;
        }
        $date = \DateTimeImmutable::createFromFormat(\DateTimeInterface::RFC7231, $value);
        return $date === false ? null : max(0, (int) ceil($date->getTimestamp() - $now));
    }

    /** Takes everything and keeps what a token answer can be long: one byte more is no JSON that we read. */
    private static function bounded(StreamInterface $stream): StreamInterface
    {
        $kept = 0;
        return FnStream::decorate($stream, [
            'write' => static function (string $bytes) use ($stream, &$kept): int {
                $piece = substr($bytes, 0, max(0, self::ANSWER_BYTES_MAX - $kept));
                $kept += strlen($piece);
                $stream->write($piece);
                return strlen($bytes);
            },
        ]);
    }
}
