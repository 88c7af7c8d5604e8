package io.sommelier.http.engine;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.NoTypeConversionAvailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and its reply: the body is read, the route runs, its reply is written. The route runs on the event loop and
 * may go on on any thread. Confined to the event loop of its connection.
 */
final class Turn {
    /** The exchange property with a {@code CompletionStage<Void>} that completes when nobody waits for the reply. */
    static final String GONE = "sommelier.http.gone";

    private static final Logger LOG = LoggerFactory.getLogger(Turn.class);

    /** Where it is. */
    private enum State {
        BODY,
        ROUTE,
        REPLY,
        OVER
    }

    private final HttpConnection connection;
    private final HttpEngine engine;
    private final HttpSettings settings;
    private final RequestHead head;
    private State state = State.BODY;
    private long sinceNanos;
    private RequestBody body;
    private RouteAnswer.Refused refusal;
    private HttpConsumer consumer;
    private RequestTarget target;
    private Map<String, String> variables = Map.of();
    private Exchange exchange;
    private RequestMessage request;
    private CompletableFuture<Void> gone;
    private PartsWriter parts;
    private ReplyMessage reply;
    private boolean isKept;
    private boolean isGivenUp;

    Turn(HttpConnection connection, RequestHead head) {
        this.connection = connection;
        this.head = head;
        engine = connection.engine();
        settings = engine.settings();
        sinceNanos = engine.nanoTime();
    }

    void begin() {
        boolean isForServer = head.uri().equals("*") && head.method().equals("OPTIONS");
        try {
            target = isForServer ? RequestTarget.SERVER : RequestTarget.parse(head.uri());
        } catch (IllegalArgumentException e) {
            LOG.debug("A request is refused: {}", e.getMessage());
            refuse(new RouteAnswer.Refused(
                    HttpResponseStatus.BAD_REQUEST,
                    Set.of(),
                    Refusals.body(HttpResponseStatus.BAD_REQUEST, "the request target is not possible")));
            return;
        }
        RouteAnswer answer = isForServer
                ? new RouteAnswer.Refused(HttpResponseStatus.NO_CONTENT, Set.of(), new byte[0])
                : engine.routes()
                        .find(
                                head.method(),
                                target,
                                head.headers().get("Content-Type"),
                                head.hasBody(),
                                head.headers().get("Accept"));
        if (answer instanceof RouteAnswer.Found found) {
            consumer = found.consumer();
            variables = found.variables();
            takeBody();
        } else if (answer instanceof RouteAnswer.Refused refused) {
            refuse(refused);
        }
    }

    /** The reply is known; a small body is read first, so that the connection can go on. */
    private void refuse(RouteAnswer.Refused refused) {
        refusal = refused;
        body = new DiscardedBody();
        if (head.expectsContinue() || head.contentLength() > DiscardedBody.MOST_BYTES) {
            answerRefusal(false);
        }
    }

    private void takeBody() {
        if (consumer.getEndpoint().isUseStreaming() && head.hasBody()) {
            body = new StreamedBody(connection);
            connection.bodyDemandChanged();
            letBodyCome();
            runRoute(body);
            return;
        }
        if (head.contentLength() > settings.maxBodyBytes()) {
            stopTooLarge();
            return;
        }
        body = new WholeBody(engine.held(), settings.maxHeldBytes(), settings.maxBodyBytes(), head.contentLength());
        letBodyCome();
    }

    private void letBodyCome() {
        if (head.expectsContinue() && !head.isVersion10() && head.hasBody()) {
            connection.sendContinue();
        }
    }

    /** The clock of the body starts anew: its reader did not want any until now. */
    void bodyIsWanted() {
        sinceNanos = engine.nanoTime();
    }

    void bytes(ByteBuf in) {
        sinceNanos = state == State.BODY ? sinceNanos : engine.nanoTime();
        if (!in.isReadable() || body.add(in)) {
            return;
        }
        if (refusal != null) {
            answerRefusal(false);
        } else if (body instanceof WholeBody whole && whole.isOverBudget()) {
            stop(
                    HttpResponseStatus.SERVICE_UNAVAILABLE,
                    "bodies of requests hold as much memory as they may; try again");
        } else {
            stopTooLarge();
        }
    }

    private void stopTooLarge() {
        stop(
                HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                "the body has more than " + settings.maxBodyBytes() + " bytes (maxBodyBytes of " + HttpSettings.PID
                        + ")");
    }

    void bodyEnded() {
        body.end();
        if (refusal != null) {
            answerRefusal(head.isKeepAlive());
        } else if (state == State.BODY && body instanceof WholeBody whole) {
            runRoute(bodyForRoute(whole));
        }
    }

    private Object bodyForRoute(WholeBody whole) {
        if (!consumer.getEndpoint().isUseStreaming()) {
            return whole.bytes();
        }
        var empty = new StreamedBody(connection);
        empty.end();
        return empty;
    }

    boolean wantsBody() {
        return !(body instanceof StreamedBody streamed) || streamed.wantsMore();
    }

    private void answerRefusal(boolean keep) {
        answerShortly(refusal.status(), refusal.allow(), refusal.body(), keep);
    }

    private void runRoute(Object content) {
        state = State.ROUTE;
        sinceNanos = engine.nanoTime();
        gone = new CompletableFuture<>();
        exchange = consumer.createExchange(false);
        exchange.setPattern(ExchangePattern.InOut);
        request = new RequestMessage(head, target);
        try {
            String scheme = connection.context().pipeline().get(SslHandler.class) == null ? "http" : "https";
            request.fill(exchange, consumer.getEndpoint().getHeaderFilterStrategy(), variables, scheme);
            exchange.getIn().setBody(content);
            exchange.setProperty(GONE, gone.minimalCompletionStage());
            consumer.createUoW(exchange);
        } catch (Exception e) {
            LOG.warn("No exchange can be made for {}", consumer.name(), e);
            consumer.releaseExchange(exchange, false);
            exchange = null;
            state = State.BODY;
            stop(HttpResponseStatus.INTERNAL_SERVER_ERROR, "the request could not be passed on");
            return;
        }
        consumer.opened(this);
        HttpConsumer serving = consumer;
        long startNanos = engine.nanoTime();
        try {
            serving.getAsyncProcessor().process(exchange, isSync -> connection.onLoop(this::routeDone));
        } catch (RuntimeException e) {
            exchange.setException(e);
            routeDone();
        }
        serving.held(startNanos, engine.nanoTime());
    }

    private void routeDone() {
        if (state != State.ROUTE || isGivenUp) {
            // Somebody ended this turn before; only the exchange is left.
            endExchange();
            return;
        }
        state = State.REPLY;
        try {
            if (exchange.getException() != null) {
                answerFault(mayKeep());
                return;
            }
            reply = ReplyMessage.of(
                    exchange, consumer.getEndpoint(), request, engine.streams(), settings.streamBytes());
        } catch (NoTypeConversionAvailableException | RuntimeException e) {
            LOG.warn("The reply of {} cannot be sent", consumer.name(), e);
            answerFault(mayKeep());
            return;
        }
        isKept = mayKeep();
        if (reply.body() instanceof byte[] bytes) {
            connection.write(engine.replies().whole(reply.status(), reply.headers(), bytes, Optional.of(head), isKept));
            finish();
        } else {
            writeParts();
        }
    }

    private boolean mayKeep() {
        boolean isBodyUsed = body instanceof StreamedBody streamed && streamed.isInUse();
        return head.isKeepAlive() && !connection.isDraining() && (connection.isRequestRead() || isBodyUsed);
    }

    private void writeParts() {
        Flow.Publisher<ByteBuffer> publisher = reply.publisher();
        if (head.isHead() || Replies.isWithoutBody(reply.status())) {
            publisher.subscribe(new Unwanted());
            connection.write(engine.replies().withoutBody(reply.status(), reply.headers(), head, isKept));
            finish();
            return;
        }
        parts = new PartsWriter(this, connection, settings.streamBytes());
        try {
            publisher.subscribe(parts);
        } catch (RuntimeException e) {
            parts.onError(e);
        }
    }

    /** The first part is there, or the end. */
    void partsStarted() {
        isKept = mayKeep() && !head.isVersion10();
        connection.writePart(engine.replies().streamed(reply.status(), reply.headers(), head, isKept));
    }

    void partsEnded() {
        connection.write(PartsWriter.last());
        finish();
    }

    void partsFailed(boolean isStarted, Throwable reason) {
        LOG.debug("The reply of {} failed", consumer.name(), reason);
        if (isStarted) {
            over();
            connection.breakOff(head.isVersion10());
        } else {
            answerFault(isKept);
        }
    }

    private void answerFault(boolean keep) {
        answerShortly(
                HttpResponseStatus.INTERNAL_SERVER_ERROR,
                Set.of(),
                worded(HttpResponseStatus.INTERNAL_SERVER_ERROR, "what serves this path failed", true),
                keep);
    }

    private byte[] worded(HttpResponseStatus status, String detail, boolean isStarted) {
        return consumer == null
                ? Refusals.body(status, detail)
                : Refusals.body(consumer.getEndpoint().getCamelContext(), status, detail, isStarted);
    }

    /** Runs only out of writes: nothing may be written here. */
    void writabilityChanged() {
        if (parts != null) {
            parts.wake();
        }
    }

    /** The client is gone, and the connection closed. */
    void clientGone() {
        giveUp(new IOException("the client is gone"));
        over();
    }

    /** Ends it now: what is not answered by this status, a reply under way by breaking it off. */
    void stop(HttpResponseStatus status, String detail) {
        State before = state;
        giveUp(new IOException("the request was given up"));
        if (before == State.REPLY) {
            over();
            connection.breakOff(head.isVersion10());
        } else if (before != State.OVER) {
            answerShortly(status, Set.of(), worded(status, detail, before == State.ROUTE), false);
        }
    }

    /** The same, from any thread. */
    void stopSoon() {
        connection.onLoop(() -> stop(HttpResponseStatus.SERVICE_UNAVAILABLE, "what serves this path stops"));
    }

    void check(long now, HttpSettings current) {
        long waited = now - sinceNanos;
        boolean isWaitingForBytes = !connection.isRequestRead() && wantsBody();
        if (isWaitingForBytes && waited > current.bodyLimit().toNanos()) {
            stop(HttpResponseStatus.REQUEST_TIMEOUT, "the body did not come in time");
        } else if (state == State.ROUTE && !isWaitingForBytes && waited > replyNanos(current)) {
            LOG.warn("{} did not answer in time", consumer.name());
            stop(HttpResponseStatus.GATEWAY_TIMEOUT, "what serves this path did not answer in time");
        }
    }

    private long replyNanos(HttpSettings current) {
        long ofEndpoint = consumer.getEndpoint().getRequestTimeout();
        return ofEndpoint > 0
                ? TimeUnit.MILLISECONDS.toNanos(ofEndpoint)
                : current.replyLimit().toNanos();
    }

    private void answerShortly(HttpResponseStatus status, Set<String> allow, byte[] body, boolean keep) {
        isKept = keep;
        connection.write(
                engine.replies().whole(status, Refusals.headers(status, allow), body, Optional.of(head), isKept));
        finish();
    }

    private void finish() {
        over();
        connection.turnEnded(isKept);
    }

    /** The exchange ends, unless its route is still under way: then it does when that is done. */
    private void over() {
        State before = state;
        state = State.OVER;
        if (body instanceof StreamedBody streamed) {
            streamed.abandon();
        }
        if (before != State.ROUTE) {
            endExchange();
        }
    }

    /** Whoever works for this request is told that nobody waits for it. */
    private void giveUp(IOException reason) {
        if (state == State.OVER) {
            return;
        }
        // First of all: who is told may well answer at once.
        isGivenUp = true;
        if (body instanceof StreamedBody streamed) {
            streamed.lost(reason);
        }
        if (parts != null) {
            parts.cancel();
        }
        if (gone != null) {
            try {
                gone.complete(null);
            } catch (RuntimeException e) {
                LOG.warn("What {} does when its client is gone failed", consumer.name(), e);
            }
        }
    }

    private void endExchange() {
        if (body instanceof WholeBody whole) {
            whole.release();
        }
        if (exchange != null) {
            Exchange ended = exchange;
            exchange = null;
            consumer.closed(this);
            consumer.doneUoW(ended);
            consumer.releaseExchange(ended, false);
        }
    }

    /** For a publisher whose parts nobody may be sent. */
    private static final class Unwanted implements Flow.Subscriber<ByteBuffer> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.cancel();
        }

        @Override
        public void onNext(ByteBuffer part) {}

        @Override
        public void onError(Throwable reason) {}

        @Override
        public void onComplete() {}
    }
}
