<?php
// SPDX-License-Identifier: MIT
// Monolog 2 or 3: a handler that writes records into a log of sselog. It needs the extension redis.
//
//     $log = new Monolog\Logger('shop');
//     $log->pushHandler(new RedisStreamHandler('127.0.0.1', 6379, 'stream:logs:alice'));
//
// A request waits at most a second for Redis. To go on without Redis, put it into a group with another handler:
//
//     new Monolog\Handler\FallbackGroupHandler([new RedisStreamHandler(...), new Monolog\Handler\ErrorLogHandler()])
//
// Monolog's numbers mean something else to other programs, so the level is a word.

class RedisStreamHandler extends Monolog\Handler\AbstractProcessingHandler
{
    private Redis $redis;

    public function __construct(private string $host, private int $port, private string $key)
    {
        parent::__construct();
        $this->redis = new Redis();
        $this->setFormatter(new Monolog\Formatter\LineFormatter('%message% %context%', null, true, true, true));
    }

    protected function write(array|Monolog\LogRecord $record): void
    {
        $data = ['time' => $record['datetime']->format('Y-m-d\TH:i:s.vP'), 'level' => $record['level_name'],
            'host' => gethostname(), 'logger' => $record['channel'], 'message' => trim($record['formatted'])];
        $this->redis->isConnected() || $this->redis->connect($this->host, $this->port, 1.0, null, 0, 1.0);
        $data = json_encode($data, JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE);
        $this->redis->xAdd($this->key, '*', ['data' => $data], 10000, true);
    }
}
