package io.sommelier.bench.core;

import io.sommelier.api.Command;
import io.sommelier.api.Payload;
import io.sommelier.connector.Connector;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A connector that serves a target of its own and asks it: finds out when a controller answers. It dials until somebody
 * is there. Confined to one thread.
 */
public final class Probe implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final Duration SHORTEST_WAIT = Duration.ofMillis(5);
    private static final Duration LONGEST_WAIT = Duration.ofMillis(20);

    private static final String TARGET = Names.target(0);
    private static final String QUESTION = "anybody there?";

    private final Connector connector;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(LIMIT)
            .build();

    /** Dials a controller on this machine. */
    public Probe(int port) {
        connector = Connector.builder(Names.instance("probe", port))
                .controller("127.0.0.1:" + port)
                .dialWait(SHORTEST_WAIT, LONGEST_WAIT)
                .serves(TARGET)
                .directHandler(Names.OPERATION, (invocation, responder) -> responder.complete(invocation.payload()))
                .open();
    }

    /** Whether a command over the connector is answered now. */
    public boolean isAnswered() throws InterruptedException {
        if (!connector.awaitActive(LIMIT)) {
            return false;
        }
        Command command = Command.to(TARGET, Names.OPERATION)
                .payload(Payload.ofText(QUESTION))
                .build();
        try {
            connector.send(command).result().toCompletableFuture().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException | TimeoutException notYet) {
            return false;
        }
    }

    /** Whether a command over HTTP is answered now, by this connector. */
    public boolean isAnsweredOverHttp(int port) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + Names.path(TARGET)))
                .timeout(LIMIT)
                .POST(HttpRequest.BodyPublishers.ofString(QUESTION))
                .build();
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            return response.statusCode() == 200 && response.body().equals(QUESTION);
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public void close() {
        connector.close();
    }
}
