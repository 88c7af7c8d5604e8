package io.sommelier.camel;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.Invocation;
import io.sommelier.api.Responder;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/** A handler that answers only when the test does. */
final class HandHandler implements CommandHandler {
    final List<Invocation> invocations = new CopyOnWriteArrayList<>();
    final List<Responder> responders = new CopyOnWriteArrayList<>();
    final List<Invocation> cancelled = new CopyOnWriteArrayList<>();

    @Override
    public void handle(Invocation invocation, Responder responder) {
        responder.onCancel(() -> cancelled.add(invocation));
        invocations.add(invocation);
        responders.add(responder);
    }

    Responder await(int number) {
        Awaitility.await().until(() -> responders.size() >= number);
        return responders.get(number - 1);
    }

    void awaitCancel() {
        Awaitility.await().until(() -> !cancelled.isEmpty());
    }
}
