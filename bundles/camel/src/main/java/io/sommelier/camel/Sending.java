package io.sommelier.camel;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandSender;
import io.sommelier.api.Headers;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Reply;
import io.sommelier.api.ReplyParts;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.Route;
import org.apache.camel.support.ExchangeHelper;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * One exchange and the command that it sends. What came of the command is put into the exchange on the thread that goes
 * on with it. Thread-safe.
 *
 * <p>Of who sends and who brings the answer the second one goes on with the exchange, so that both are never at it at
 * once: the sender on its own thread, the other one on a thread of the component unless the endpoint is direct.
 */
final class Sending implements StreamedReply.Head {
    private final SommelierProducer producer;
    private final Exchange exchange;
    private final AsyncCallback callback;
    private final SommelierEndpoint endpoint;
    private final String routeId;
    private final AtomicBoolean isSecond = new AtomicBoolean();
    private final AtomicBoolean isAnswered = new AtomicBoolean();
    private volatile boolean hasPlace;
    private volatile Runnable answer;
    private volatile Call call;
    private volatile StreamedReply streamed;
    private Command command;

    Sending(SommelierProducer producer, Exchange exchange, AsyncCallback callback) {
        this.producer = producer;
        this.exchange = exchange;
        this.callback = callback;
        endpoint = producer.getEndpoint();
        Route route = ExchangeHelper.getRoute(exchange);
        routeId = route == null ? "" : route.getRouteId();
    }

    String routeId() {
        return routeId;
    }

    /** Sends; {@code true} when the exchange is done already. */
    boolean start() {
        boolean isAtHand = BodyBytes.isAtHand(exchange.getMessage().getBody());
        if (endpoint.options().isDirect() && isAtHand) {
            send();
        } else if (!continuations().enter()) {
            fail(Refusal.overloaded(continuations().most()));
        } else {
            hasPlace = true;
            if (!isAtHand) {
                continuations().run(this::sendWhatBlocks);
                return false;
            }
            send();
        }
        if (isSecond.compareAndSet(false, true)) {
            return false;
        }
        goOn(true);
        return true;
    }

    private void sendWhatBlocks() {
        send();
        if (!isSecond.compareAndSet(false, true)) {
            goOn(false);
        }
    }

    private Continuations continuations() {
        return endpoint.component().continuations();
    }

    private void send() {
        CommandSender sender = endpoint.component().sender();
        try {
            command = CommandForm.commandOf(exchange, endpoint);
        } catch (RuntimeException failure) {
            fail(failure);
            return;
        }
        try {
            if (exchange.getPattern() == ExchangePattern.InOnly) {
                sendOneWay(sender);
            } else if (endpoint.options().isStreamed()) {
                sendStreamed(sender);
            } else {
                sendGathered(sender);
            }
        } catch (RuntimeException failure) {
            producer.ended(this);
            fail(failure);
        }
    }

    /**
     * Nobody waits for the reply: it is thrown away part by part. The exchange goes on when the command was sent, and
     * has not failed by then; a durable one, when it is on disk.
     */
    private void sendOneWay(CommandSender sender) {
        AtomicReference<Part> last = new AtomicReference<>();
        Call sent = sender.send(command, (bringing, part) -> {
            if (part.status().isTerminal()) {
                last.set(part);
            } else if (part.cost() > 0) {
                bringing.request(part.cost());
            }
        });
        called(sent);
        Part ended = last.get();
        if (ended != null && ended.status() == PartStatus.FAILED) {
            fail(new CommandException(ended));
        } else if (command.durable()) {
            sent.admitted().whenComplete((nothing, failure) -> {
                if (failure == null) {
                    answered(this::admitted);
                } else {
                    fail(failure);
                }
            });
        } else {
            answered(this::admitted);
        }
    }

    private void sendGathered(CommandSender sender) {
        producer.begun(this);
        Call sent = sender.send(command);
        called(sent);
        sent.result().whenComplete((reply, failure) -> {
            producer.ended(this);
            if (failure == null) {
                answered(() -> whole(reply));
            } else {
                fail(failure);
            }
        });
        cancelWhenGone();
    }

    private void sendStreamed(CommandSender sender) {
        producer.begun(this);
        StreamedReply reply = new StreamedReply(this);
        streamed = reply;
        ReplyParts parts = new ReplyParts(sender, command);
        parts.subscribe(reply);
        parts.call().ifPresent(sent -> {
            called(sent);
            sent.result().whenComplete((terminal, failure) -> producer.ended(this));
        });
        cancelWhenGone();
    }

    private void called(Call sent) {
        call = sent;
        exchange.setProperty(SommelierHeaders.CALL, sent);
    }

    private void cancelWhenGone() {
        Object gone = exchange.getProperty(SommelierHeaders.GONE);
        if (gone == null) {
            gone = exchange.getProperty(SommelierHeaders.HTTP_GONE);
        }
        Call sent = call;
        if (gone instanceof CompletionStage<?> stage && sent != null && (streamed != null || !isAnswered.get())) {
            stage.whenComplete((nothing, failure) -> sent.cancel("nobody waits for the answer"));
        }
    }

    /** The route stops. A reply that has a reader is the reader's. */
    void cancel(String reason) {
        Call sent = call;
        StreamedReply reply = streamed;
        if (sent != null && (reply == null || !reply.hasReader())) {
            sent.cancel(reason);
        }
    }

    @Override
    public void begun(Part accepted, Part first) {
        answered(() -> firstPart(accepted, first));
    }

    @Override
    public void failed(Throwable failure) {
        producer.ended(this);
        fail(failure);
    }

    private void fail(Throwable failure) {
        answered(() -> {
            Throwable shown = failure instanceof RuntimeException ? failure : CommandException.of(failure);
            exchange.setProperty(SommelierHeaders.FAILURE, shown);
            exchange.setException(shown);
        });
    }

    private void answered(Runnable how) {
        if (!isAnswered.compareAndSet(false, true)) {
            return;
        }
        answer = how;
        if (isSecond.compareAndSet(false, true)) {
            return; // who sends is not done yet, and goes on
        }
        if (hasPlace) {
            continuations().run(() -> goOn(false));
        } else {
            goOn(false);
        }
    }

    private void goOn(boolean isSync) {
        try {
            answer.run();
        } catch (RuntimeException failure) {
            exchange.setException(failure);
        }
        try {
            callback.done(isSync);
        } finally {
            if (hasPlace) {
                continuations().leave();
            }
        }
    }

    private void admitted() {
        CommandForm.forget(exchange.getMessage());
        exchange.getMessage()
                .setHeader(SommelierHeaders.REPLY_COMMAND_ID, command.id().toString());
    }

    private void whole(Reply reply) {
        Headers ofAccepted = reply.accepted().map(Part::headers).orElse(Headers.none());
        int status = reply.terminal().suggestedStatus();
        put(
                reply.payload().toBytes(),
                ofAccepted,
                reply.terminal().headers(),
                reply.contentType(),
                status != 0
                        ? status
                        : reply.accepted().map(Part::suggestedStatus).orElse(0));
        exchange.getMessage()
                .setHeader(SommelierHeaders.REPLY_PARTS, reply.terminal().finalCount());
    }

    private void firstPart(Part accepted, Part first) {
        Headers ofAccepted = accepted == null ? Headers.none() : accepted.headers();
        String contentType =
                first.contentType().isEmpty() && accepted != null ? accepted.contentType() : first.contentType();
        int status =
                first.suggestedStatus() == 0 && accepted != null ? accepted.suggestedStatus() : first.suggestedStatus();
        boolean isWhole = first.status() == PartStatus.COMPLETE;
        put(isWhole ? first.payload().toBytes() : streamed, ofAccepted, first.headers(), contentType, status);
        if (isWhole) {
            exchange.getMessage().setHeader(SommelierHeaders.REPLY_PARTS, 0L);
        } else {
            exchange.getMessage().removeHeader(SommelierHeaders.REPLY_PARTS);
            // a route that fails later never gives the body to a reader
            exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
                @Override
                public void onFailure(Exchange failed) {
                    Sending.this.cancel("its route failed");
                }
            });
        }
    }

    private void put(Object body, Headers first, Headers second, String contentType, int status) {
        Message message = exchange.getMessage();
        CommandForm.forget(message);
        HeaderForm.put(first, message, endpoint.headerFilter(), exchange);
        HeaderForm.put(second, message, endpoint.headerFilter(), exchange);
        HeaderForm.putContentType(contentType, message);
        message.setHeader(SommelierHeaders.REPLY_COMMAND_ID, command.id().toString());
        if (status == 0) {
            message.removeHeader(SommelierHeaders.REPLY_STATUS);
        } else {
            message.setHeader(SommelierHeaders.REPLY_STATUS, status);
        }
        message.setBody(body);
    }
}
