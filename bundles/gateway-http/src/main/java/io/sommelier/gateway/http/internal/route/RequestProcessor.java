package io.sommelier.gateway.http.internal.route;

import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Stage;
import io.sommelier.gateway.http.internal.reply.Answer;
import io.sommelier.gateway.http.internal.reply.Problem;
import io.sommelier.gateway.http.internal.reply.ReplyRules;
import io.sommelier.gateway.http.internal.request.Caller;
import io.sommelier.gateway.http.internal.request.Callers;
import io.sommelier.gateway.http.internal.request.IncomingRequest;
import io.sommelier.gateway.http.internal.request.Origins;
import io.sommelier.gateway.http.internal.request.RequestRefusedException;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One kind of request: asks who sends it, has it handled, and answers what is refused on the way. Runs on an event loop of the HTTP server and never blocks. Thread-safe.
 */
public final class RequestProcessor extends AsyncProcessorSupport {
    private static final Logger LOG = LoggerFactory.getLogger(RequestProcessor.class);

    private final Callers callers;
    private final Supplier<Origins> origins;
    private final Supplier<ReplyRules> rules;
    private final Handling handling;

    /** Handles requests of those that callers and origins let in. */
    public RequestProcessor(Callers callers, Supplier<Origins> origins, Supplier<ReplyRules> rules, Handling handling) {
        this.callers = callers;
        this.origins = origins;
        this.rules = rules;
        this.handling = handling;
    }

    /** Answers a request, now or later, by an {@link Answer} and then the callback. */
    @FunctionalInterface
    public interface Handling {
        /**
         * Handles it.
         *
         * @param exchange what the answer is given to
         * @param callback is told that it was, once: with {@code false}
         * @throws RequestRefusedException when the request is refused, and nothing was begun
         */
        void handle(IncomingRequest request, Caller caller, Exchange exchange, AsyncCallback callback);
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        try {
            origins.get().check(exchange.getIn());
            Caller caller = callers.callerOf(exchange.getIn());
            handling.handle(new IncomingRequest(exchange.getIn()), caller, exchange, callback);
            return false;
        } catch (RequestRefusedException e) {
            Answer.problem(exchange, e.problem(), rules.get());
        } catch (RuntimeException defect) {
            LOG.error("A request could not be handled; this is a defect, please report it", defect);
            CommandError error = CommandError.of(
                    ErrorCode.INTERNAL, Outcome.UNKNOWN, Stage.INGRESS, "the request could not be handled");
            Answer.problem(exchange, Problem.of(error, Optional.empty()), rules.get());
        }
        callback.done(true);
        return true;
    }
}
