<?php
// SPDX-License-Identifier: MIT
//
// Calls a function for each record of a log as it comes, by long polls:
//
//     require 'follow.php';
//     follow('https://host/sselog/history', '0-0', function (array $record, string $id) {
//         echo $id, ' ', $record['data'], "\n";    // store $id: it is the one to start with next time
//     }, ["Authorization: Bearer $key"]);
//
// It returns never, and throws when the request is refused for good.

function follow(string $url, string $last, callable $on_record, array $headers = []): void
{
    $headers[] = 'Accept: application/x-ndjson';
    $context = stream_context_create(['http' => [
        'header' => $headers, 'timeout' => 60, 'ignore_errors' => true]]);
    while (true) {
        $lines = @file("$url?after=$last&wait=30", FILE_IGNORE_NEW_LINES, $context);
        $status = $lines === false ? 0 : (int) explode(' ', $http_response_header[0])[1];
        if (in_array($status, [400, 401, 403, 404, 409])) {
            throw new RuntimeException("status $status: " . implode($lines));
        }
        if ($status !== 200) { // 429, 503, or no connection
            sleep(5);
            continue;
        }
        foreach ($lines as $line) {
            $object = json_decode($line, true);
            $control = $object['control'] ?? null;
            if ($control === 'page') {
                $last = $object['last'];
                // With SSELOG_HOLD and no free place, the answer did not wait, and tells when to ask again.
                usleep(1000 * ($object['every'] ?? 0));
            } elseif ($control === 'gap') {
                error_log("records are lost: $line");
            } elseif ($control === null && isset($object['id'])) {
                $on_record($object, $object['id']);
            }
        }
    }
}
