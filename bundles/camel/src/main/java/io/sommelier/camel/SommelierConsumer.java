package io.sommelier.camel;

import io.sommelier.api.CommandError;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Invocation;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Responder;
import io.sommelier.api.Stage;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Suspendable;
import org.apache.camel.support.DefaultConsumer;

/** Makes a route serve commands, while it is started. Thread-safe. */
final class SommelierConsumer extends DefaultConsumer implements CommandHandler, Suspendable {
    private Runnable withdrawal;

    SommelierConsumer(SommelierEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
    }

    @Override
    public SommelierEndpoint getEndpoint() {
        return (SommelierEndpoint) super.getEndpoint();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        serve();
    }

    @Override
    protected void doResume() throws Exception {
        super.doResume();
        serve();
    }

    @Override
    protected void doSuspend() throws Exception {
        withdraw();
        super.doSuspend();
    }

    /** Camel waits for the commands that the route has. */
    @Override
    protected void doStop() throws Exception {
        withdraw();
        super.doStop();
    }

    private void serve() {
        EndpointOptions options = getEndpoint().options();
        withdrawal =
                getEndpoint().component().serve(options.targetId(), options.operations(), options.isDirect(), this);
    }

    private void withdraw() {
        Runnable taken = withdrawal;
        withdrawal = null;
        if (taken != null) {
            taken.run();
        }
    }

    @Override
    public void handle(Invocation invocation, Responder responder) throws Exception {
        if (isStoppingOrStopped() || isSuspendingOrSuspended()) {
            responder.fail(Part.failed(CommandError.of(
                            ErrorCode.DRAINING, Outcome.REFUSED, Stage.MEMBER_QUEUE, "the route is stopping"))
                    .build());
            return;
        }
        Exchange exchange = createExchange(false);
        CompletableFuture<Void> gone = new CompletableFuture<>();
        ReplyForm reply = new ReplyForm(this, exchange, invocation, responder);
        reply.fill();
        exchange.setProperty(SommelierHeaders.INVOCATION, invocation);
        exchange.setProperty(SommelierHeaders.GONE, gone.minimalCompletionStage());
        createUoW(exchange);
        responder.onCancel(() -> gone.complete(null));
        try {
            getAsyncProcessor().process(exchange, isSync -> reply.answer());
        } catch (RuntimeException e) { // of a processor that is not Camel's: those answer by the callback
            exchange.setException(e);
            reply.answer();
        }
    }
}
