package io.sommelier.karaf;

import static org.awaitility.Awaitility.await;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandSender;
import io.sommelier.api.Payload;
import io.sommelier.connector.Connector;
import io.sommelier.connector.ConnectorBuilder;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Commands and their ends, in few words. */
final class Sending {
    private static final long PATIENCE_SECONDS = 60;

    private Sending() {}

    /** A connector that dials a Karaf, and again at once when that goes. */
    static ConnectorBuilder connector(Karaf karaf, String instance) {
        return connector(instance, tcp(karaf));
    }

    /** Where connectors dial a Karaf over TCP. */
    static String tcp(Karaf karaf) {
        return "127.0.0.1:" + karaf.ports().tcp();
    }

    /** Where connectors dial a Karaf over WebSocket. */
    static String webSocket(Karaf karaf) {
        return "ws://127.0.0.1:" + karaf.ports().webSocket() + "/sommelier";
    }

    /** A connector that dials an address, and again at once when what is there goes. */
    static ConnectorBuilder connector(String instance, String address) {
        return Connector.builder(instance).controller(address).dialWait(Duration.ofMillis(50), Duration.ofMillis(500));
    }

    /** A command with a ttl in seconds. */
    static Command.Builder command(String target, String operation, String text, int ttlSeconds) {
        return Command.to(target, operation).ttl(Duration.ofSeconds(ttlSeconds)).payload(Payload.ofText(text));
    }

    static Call send(CommandSender sender, String target, String operation, String text) {
        return sender.send(command(target, operation, text, 20).build());
    }

    /** What is answered. */
    static String answer(CommandSender sender, String target, String operation, String text) {
        return answer(send(sender, target, operation, text));
    }

    /** What is answered. */
    static String answer(Call call) {
        return end(call.result()).payload().asText();
    }

    /** The error that a call ends with. */
    static CommandError error(Call call) {
        try {
            throw new AssertionError("it was answered: " + end(call.result()));
        } catch (CompletionException failure) {
            return ((CommandException) failure.getCause()).error();
        }
    }

    /** What is answered, or the outcome that a call fails with. */
    static Object endOf(Call call) {
        try {
            return answer(call);
        } catch (CompletionException failure) {
            return ((CommandException) failure.getCause()).error().outcome();
        }
    }

    /** Waits for the end of a stage. */
    static <T> T end(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    /** Waits until an assertion holds. */
    static void eventually(ThrowingCallable assertion) {
        await().atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .untilAsserted(assertion::call);
    }
}
