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
 * Sends requests to the issuer: limited in time and size, never redirected, retried if that may help.
 *
 * @internal
 */
final class Endpoint
{
    private const RESPONSE_BYTES_MAX = 65_536;
    private const ATTEMPTS_MAX = 3;
    /** The longest Retry-After, in seconds, that is waited for; a longer one is an error at once. */
    public const RETRY_AFTER_SECONDS_MAX = 10;
    private const RETRYABLE = ['endpoint_unreachable', 'endpoint_unavailable', 'rate_limited'];
    private const OAUTH_ERRORS = [
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
     * The response, a JSON object with status 200; anything else becomes an exception.
     *
     * @param string $name what errors call the endpoint
     * @param array<string, string> $form
     */
    public function request(
        string $name,
        string $method,
        string $url,
        ?Secret $authorization = null,
        array $form = [],
    ): EndpointResponse {
        for ($attempts = 1;; $attempts += 1) {
            try {
                return $this->requestOnce($name, $method, $url, $authorization, $form);
            } catch (BinderyClientException $exception) {
                $pauseSeconds = $attempts < self::ATTEMPTS_MAX ? $this->pauseAfter($exception, $attempts) : null;
                if ($pauseSeconds === null) {
                    throw $exception;
                }
            }
            usleep((int) ($pauseSeconds * 1_000_000));
        }
    }

    private function pauseAfter(BinderyClientException $exception, int $attempts): ?float
    {
        if (!in_array($exception->errorCode, self::RETRYABLE, true)) {
            return null;
        }
        $seconds = $exception->retryAfterSeconds;
        if ($seconds !== null) {
            return $seconds <= self::RETRY_AFTER_SECONDS_MAX ? (float) $seconds : null;
        }
        return 0.25 * 2 ** $attempts * (0.5 + $this->policy->random() / 2);
    }

    /** @param array<string, string> $form */
    private function requestOnce(string $name, string $method, string $url, ?Secret $authorization, array $form): EndpointResponse
    {
        $response = $this->send($name, $method, $url, $authorization, $form);
        $status = $response->status;
        if ($status >= 300 && $status < 400) {
            throw BinderyClientException::of('endpoint_redirects', "{$name} redirects, which is not followed", $response);
        }
        if ($status === 429) {
            throw BinderyClientException::of('rate_limited', "{$name} received too many requests", $response);
        }
        if ($status >= 500) {
            throw BinderyClientException::of('endpoint_unavailable', "{$name} is unavailable", $response);
        }
        $json = $response->json();
        if ($status === 200 && $json !== null) {
            return $response;
        }
        $refusal = $json['error'] ?? null;
        if (is_string($refusal) && in_array($refusal, self::OAUTH_ERRORS, true)) {
            throw BinderyClientException::of($refusal, "{$name} refused the request: {$refusal}", $response);
        }
        throw BinderyClientException::malformed($name, 'an unexpected response', $response);
    }

    /** @param array<string, string> $form */
    private function send(string $name, string $method, string $url, ?Secret $authorization, array $form): EndpointResponse
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
            // No proxy for requests to this machine.
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
        // Guzzle's exception is not passed on: it contains the request, and with it the secret.
        if ($isTimeout) {
            throw new BinderyClientException('endpoint_timeout', "{$name} did not respond in time");
        }
        if ($response === null) {
            throw new BinderyClientException('endpoint_unreachable', "{$name} is unreachable");
        }
        return $this->responseOf($response, $body);
    }

    private function responseOf(ResponseInterface $response, StreamInterface $body): EndpointResponse
    {
        $requestId = $response->getHeaderLine('X-Request-Id');
        return new EndpointResponse(
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

    /** Accepts everything but keeps no more than the longest token response: what is cut off does not parse. */
    private static function bounded(StreamInterface $stream): StreamInterface
    {
        $kept = 0;
        return FnStream::decorate($stream, [
            'write' => static function (string $bytes) use ($stream, &$kept): int {
                $piece = substr($bytes, 0, max(0, self::RESPONSE_BYTES_MAX - $kept));
                $kept += strlen($piece);
                $stream->write($piece);
                return strlen($bytes);
            },
        ]);
    }
}
