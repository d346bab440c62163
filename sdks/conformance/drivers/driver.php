<?php

// php driver.php [memory|file|FOLDER]: the conformance table's steps for the PHP client, one line of JSON each.

declare(strict_types=1);

use Bindery\Client\BinderyClient;
use Bindery\Client\BinderyClientException;
use Bindery\Client\FileTokenCache;
use GuzzleHttp\Promise\Utils as Promises;
use GuzzleHttp\Psr7\PumpStream;

// Debian's, on PHP's include path, unless another one is named.
require getenv('GUZZLE_AUTOLOAD') ?: 'GuzzleHttp/autoload.php';
spl_autoload_register(static function (string $class): void {
    if (str_starts_with($class, 'Bindery\\Client\\')) {
        require dirname(__DIR__, 2) . '/php/src/' . substr($class, strlen('Bindery\\Client\\')) . '.php';
    }
});

final class Driver
{
    private ?BinderyClient $client = null;
    private ?Throwable $lastError = null;
    private array $options = [];
    private readonly stdClass $clock;

    public function __construct(private readonly ?string $folder)
    {
        // It moves with `advance` only, so that a slow machine changes nothing; processes of one step share it.
        $this->clock = (object) ['now' => (float) (getenv('DRIVER_NOW') ?: microtime(true))];
    }

    public function run(array $step): array
    {
        try {
            return $this->{$step['do']}($step);
        } catch (BinderyClientException $exception) {
            $this->lastError = $exception;
            return array_filter([
                'code' => $exception->errorCode,
                'status' => $exception->status,
                'requestId' => $exception->requestId,
                'retryAfterSeconds' => $exception->retryAfterSeconds,
                'message' => $exception->getMessage(),
            ], static fn (mixed $value): bool => $value !== null);
        }
    }

    private function start(array $step): array
    {
        $this->options = $step['options'];
        $cache = $this->folder === null ? null : new FileTokenCache($this->folder);
        // Static, otherwise a dump of the client would show this object and its options.
        $clock = $this->clock;
        $now = static fn (): float => $clock->now;
        $this->client = new BinderyClient(...$step['options'], cache: $cache, now: $now);
        return [];
    }

    private function fetch(array $step): array
    {
        $body = $step['body'] ?? null;
        if ($step['stream'] ?? false) {
            $pieces = [$body];
            $body = new PumpStream(static function () use (&$pieces): string|false {
                return array_shift($pieces) ?? false;
            });
        }
        $response = $this->client->request($step['method'] ?? 'GET', $step['url'], ['body' => $body]);
        return ['status' => $response->getStatusCode(), 'body' => (string) $response->getBody()];
    }

    private function token(array $step): array
    {
        return ['token' => $this->client->token()];
    }

    private function advance(array $step): array
    {
        $this->clock->now += $step['seconds'];
        return [];
    }

    private function together(array $step): array
    {
        $statuses = $this->folder === null ? $this->promises($step) : $this->processes($step);
        return ['statuses' => implode(',', array_unique($statuses)) . ' x ' . count($statuses)];
    }

    private function promises(array $step): array
    {
        $guzzle = $this->client->guzzle();
        $calls = array_map(static fn () => $guzzle->requestAsync('GET', $step['url']), range(1, $step['count']));
        return array_map(static fn ($response): int => $response->getStatusCode(), Promises::unwrap($calls));
    }

    private function processes(array $step): array
    {
        $lines = [['do' => 'start', 'options' => $this->options], ['do' => 'fetch', 'url' => $step['url']]];
        $input = implode("\n", array_map('json_encode', $lines)) . "\n";
        $started = array_map(function () use ($input): array {
            $command = [PHP_BINARY, __FILE__, $this->folder];
            $env = ['DRIVER_NOW' => sprintf('%.6F', $this->clock->now)] + getenv();
            $process = proc_open($command, [['pipe', 'r'], ['pipe', 'w'], STDERR], $pipes, null, $env);
            fwrite($pipes[0], $input);
            fclose($pipes[0]);
            return [$process, $pipes[1]];
        }, range(1, $step['count']));
        return array_map(static function (array $one): int|string {
            $written = trim(stream_get_contents($one[1]));
            proc_close($one[0]);
            $result = json_decode(substr($written, (int) strrpos($written, "\n")), true);
            return $result['status'] ?? $written;
        }, $started);
    }

    private function dump(array $step): array
    {
        $error = $this->lastError;
        $texts = [print_r($this->client, true), var_export($error, true), (string) $error, print_r($error?->getTrace(), true)];
        foreach ([$this->client, $error] as $one) {
            ob_start();
            var_dump($one);
            $texts[] = ob_get_clean() . json_encode($one);
        }
        try {
            $texts[] = serialize($this->client);
        } catch (LogicException $exception) {
            $texts[] = $exception->getMessage();
        }
        $texts[] = var_export((array) $this->client, true);
        return ['dump' => $texts];
    }
}

$mode = $argv[1] ?? 'memory';
$folder = match ($mode) {
    'memory' => null,
    'file' => sys_get_temp_dir() . '/bindery-php-' . bin2hex(random_bytes(8)),
    default => $mode,
};
$driver = new Driver($folder);
while (($line = fgets(STDIN)) !== false) {
    echo json_encode((object) $driver->run(json_decode($line, true)), JSON_THROW_ON_ERROR), "\n";
}
if ($mode === 'file') {
    array_map('unlink', glob("{$folder}/*"));
    rmdir($folder);
}
