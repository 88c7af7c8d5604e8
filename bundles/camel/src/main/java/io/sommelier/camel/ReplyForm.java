package io.sommelier.camel;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Headers;
import io.sommelier.api.Invocation;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Responder;
import io.sommelier.api.Stage;
import java.io.InputStream;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * One command that a route serves: its message, and the reply that the message stands for when the route is done. Its exchange lives until the reply has ended. Confined
 * to who has the exchange.
 */
final class ReplyForm {
    private static final int MOST_BYTES = Integer.MAX_VALUE - 9;
    private static final int LEAST_STATUS = 200;
    private static final int MOST_STATUS = 599;

    private final SommelierConsumer consumer;
    private final Exchange exchange;
    private final Invocation invocation;
    private final Responder responder;
    private final HeaderFilterStrategy filter;
    private final Set<Object> received = Collections.newSetFromMap(new IdentityHashMap<>());
    private final AtomicBoolean isDone = new AtomicBoolean();
    private Object receivedBody;

    ReplyForm(SommelierConsumer consumer, Exchange exchange, Invocation invocation, Responder responder) {
        this.consumer = consumer;
        this.exchange = exchange;
        this.invocation = invocation;
        this.responder = responder;
        filter = consumer.getEndpoint().headerFilter();
    }

    /** Puts the command into the message. */
    void fill() {
        Command command = invocation.command();
        Message message = exchange.getIn();
        receivedBody = command.payload().toBytes();
        message.setBody(receivedBody);
        HeaderForm.put(command.headers(), message, filter, exchange);
        HeaderForm.putContentType(command.contentType(), message);
        if (!command.traceparent().isEmpty()) {
            message.setHeader(SommelierHeaders.TRACEPARENT, command.traceparent());
        }
        message.setHeader(SommelierHeaders.RECEIVED_TARGET, command.target().targetId());
        message.setHeader(SommelierHeaders.RECEIVED_OPERATION, command.operation());
        message.setHeader(SommelierHeaders.RECEIVED_COMMAND_ID, command.id().toString());
        message.setHeader(SommelierHeaders.RECEIVED_SOURCE, invocation.source());
        message.setHeader(SommelierHeaders.RECEIVED_PRINCIPAL, invocation.principal());
        message.setHeader(SommelierHeaders.RECEIVED_ATTEMPT, invocation.attempt());
        received.addAll(message.getHeaders().values());
    }

    /** Answers what the route left; what cannot be answered fails the command. */
    void answer() {
        try {
            Throwable thrown = exchange.getException();
            if (thrown != null) {
                responder.fail(failed(thrown));
                end();
            } else if (exchange.isRollbackOnly()) {
                responder.fail("the route rolled back");
                end();
            } else if (exchange.getPattern() == ExchangePattern.InOnly) {
                responder.complete(Payload.empty());
                end();
            } else {
                answer(exchange.getMessage());
            }
        } catch (CommandException e) {
            responder.fail(badReply(e.error().message()));
            end();
        } catch (Exception e) {
            responder.fail(badReply(e.toString()));
            end();
        }
    }

    private static Part badReply(String message) {
        return Part.failed(CommandError.of(ErrorCode.BAD_REPLY, Outcome.EXECUTED, Stage.EXECUTION, message))
                .build();
    }

    private void answer(Message message) throws Exception {
        Object body = message.getBody();
        String contentType = HeaderForm.contentTypeOf(message);
        if (!contentType.isEmpty() && received.contains(message.getHeader(Exchange.CONTENT_TYPE))) {
            // said of the body that came; it says nothing about another one
            contentType = body == receivedBody ? contentType : "";
        }
        Headers headers = HeaderForm.headersOf(message, filter, exchange, received::contains);
        int status = status(message);
        if (body instanceof Flow.Publisher<?> publisher) {
            responder.accept(head(Part.accepted(), headers, contentType, status));
            CommandHandler.publishing(ignored -> new PayloadPublisher(publisher, exchange, this::end))
                    .handle(invocation, responder);
            return;
        }
        InputStream in = streamOf(body);
        if (in != null) {
            responder.accept(head(Part.accepted(), headers, contentType, status));
            CommandHandler.iterating(ignored -> new InputStreamPayloads(in, this::end))
                    .handle(invocation, responder);
            return;
        }
        Payload payload = BodyBytes.payload(exchange, body, contentType, MOST_BYTES);
        responder.complete(head(Part.complete(payload), headers, contentType, status));
        end();
    }

    private InputStream streamOf(Object body) {
        if (BodyBytes.isAtHand(body)) {
            return null;
        }
        return body instanceof InputStream in
                ? in
                : exchange.getContext().getTypeConverter().tryConvertTo(InputStream.class, exchange, body);
    }

    private static Part head(Part.Builder part, Headers headers, String contentType, int status) {
        return part.headers(headers)
                .contentType(contentType)
                .suggestedStatus(status)
                .build();
    }

    private static int status(Message message) {
        Object value = message.getHeader(SommelierHeaders.REPLY_STATUS);
        if (value == null) {
            return 0;
        }
        try {
            return OptionValues.number(value, LEAST_STATUS, MOST_STATUS);
        } catch (IllegalArgumentException e) {
            throw Refusal.invalid(SommelierHeaders.REPLY_STATUS + " = " + value + " (allowed: " + LEAST_STATUS + " to "
                    + MOST_STATUS + ")");
        }
    }

    /** The exchange is over, and so is what it holds. */
    private void end() {
        if (isDone.compareAndSet(false, true)) {
            consumer.doneUoW(exchange);
            consumer.releaseExchange(exchange, false);
        }
    }

    /**
     * What the failure of a route says to the caller. An error of its own is passed on; one of a command that the route sent is the route's failure: whatever became of
     * that command, this one was executed, and to send it again may do harm.
     */
    private Part failed(Throwable thrown) {
        Throwable cause = thrown;
        while ((cause instanceof CamelExecutionException
                        || cause instanceof CompletionException
                        || cause instanceof ExecutionException
                        || cause.getClass() == RuntimeCamelException.class)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (!(cause instanceof CommandException known)) {
            return Part.failed(CommandError.executed(cause.toString())).build();
        }
        CommandError error = known.error();
        if (cause == exchange.getProperty(SommelierHeaders.FAILURE)) {
            error = new CommandError(error.code(), Outcome.EXECUTED, false, error.stage(), error.message());
        }
        Part.Builder part = Part.failed(error);
        known.part()
                .ifPresent(given -> part.headers(given.headers())
                        .contentType(given.contentType())
                        .payload(given.payload())
                        .suggestedStatus(given.suggestedStatus()));
        return part.build();
    }
}
