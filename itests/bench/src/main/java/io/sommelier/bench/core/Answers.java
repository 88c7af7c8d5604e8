package io.sommelier.bench.core;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.Payload;
import io.sommelier.api.Responder;
import io.sommelier.bench.party.LoadShape;

/** What responders do. */
final class Answers {
    private Answers() {}

    /** Returns the payload, or streams as many parts as the shape says. */
    static CommandHandler of(LoadShape shape) {
        if (!shape.isStream()) {
            return (invocation, responder) -> responder.complete(invocation.payload());
        }
        Payload part = Payload.copyOf(new byte[shape.payloadBytes()]);
        return (invocation, responder) -> responder.onCredit(new Stream(responder, part, shape.parts()));
    }

    /** Sends parts while there is credit. Run by one thread at a time. */
    private static final class Stream implements Runnable {
        private final Responder responder;
        private final Payload part;
        private int left;

        Stream(Responder responder, Payload part, int parts) {
            this.responder = responder;
            this.part = part;
            this.left = parts;
        }

        @Override
        public void run() {
            while (left > 0) {
                if (!responder.data(part)) {
                    return;
                }
                left--;
            }
            responder.complete(Payload.empty());
        }
    }
}
