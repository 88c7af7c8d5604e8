package io.sommelier.gateway.http.internal.command;

import io.sommelier.gateway.http.internal.request.Preferences;
import java.util.function.Function;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;

/**
 * The request behind a command that is answered early. Immutable; the exchange is that of the one who gives the answer.
 *
 * @param description describes the command in JSON
 */
record EarlyAnswer(
        Exchange exchange, AsyncCallback callback, Preferences preferences, Function<KeptReply, String> description) {
    /** What is answered. */
    @FunctionalInterface
    interface Content {
        void on(Exchange exchange);
    }

    /** Whether the client would wait for the reply for a while. */
    boolean hasWait() {
        return preferences.waitLimit().isPresent();
    }

    String applied() {
        return preferences.applied();
    }

    String describe(KeptReply command) {
        return description.apply(command);
    }

    /** Answers; once. */
    void give(Content content) {
        try {
            content.on(exchange);
        } catch (RuntimeException defect) {
            exchange.setException(defect);
        }
        callback.done(false);
    }
}
