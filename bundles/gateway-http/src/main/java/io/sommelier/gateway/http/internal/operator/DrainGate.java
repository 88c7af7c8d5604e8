package io.sommelier.gateway.http.internal.operator;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.api.admin.DrainOrder;
import io.sommelier.api.admin.DrainReport;
import io.sommelier.gateway.http.internal.reply.Answer;
import io.sommelier.gateway.http.internal.reply.Json;
import io.sommelier.gateway.http.internal.reply.Problem;
import io.sommelier.gateway.http.internal.reply.ReplyRules;
import io.sommelier.gateway.http.internal.request.Caller;
import io.sommelier.gateway.http.internal.request.IncomingRequest;
import io.sommelier.gateway.http.internal.request.RequestRefusedException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;

/** The drains that an operator orders: each request is answered with the report, when that is there. So many may wait for theirs at once, more are answered 503. Thread-safe. */
public final class DrainGate {
    private static final int MOST_WAITING = 64;

    private final OperatorGate operators;
    private final Supplier<ReplyRules> rules;
    private final Executor thread;
    private final Semaphore room = new Semaphore(MOST_WAITING);

    /**
     * Lets in whom the other gate lets in.
     *
     * @param thread where drains are begun, and reports are written
     */
    public DrainGate(OperatorGate operators, Supplier<ReplyRules> rules, Executor thread) {
        this.operators = operators;
        this.rules = rules;
        this.thread = thread;
    }

    /** {@code POST /channels/{id}/drain}. */
    public void channel(IncomingRequest request, Caller caller, Exchange exchange, AsyncCallback callback) {
        String id = request.variable("id");
        drain(
                request,
                caller,
                exchange,
                callback,
                (admin, order) -> admin.drainChannel(id, order)
                        .orElseThrow(() -> new RequestRefusedException(
                                Problem.notFound("no channel of that id is up; GET /channels has those that are"))));
    }

    /** {@code POST /targets/{id}/drain}. */
    public void target(IncomingRequest request, Caller caller, Exchange exchange, AsyncCallback callback) {
        String id = request.variable("id");
        drain(
                request,
                caller,
                exchange,
                callback,
                (admin, order) -> admin.drainTarget(id, order)
                        .orElseThrow(() -> new RequestRefusedException(
                                Problem.notFound("no target of that name is known; GET /targets has those that are"))));
    }

    /** {@code POST /controller/drain}. */
    public void controller(IncomingRequest request, Caller caller, Exchange exchange, AsyncCallback callback) {
        drain(request, caller, exchange, callback, ControllerAdmin::drainController);
    }

    /** {@code POST /controller/resume}. */
    public void resume(IncomingRequest request, Caller caller, Exchange exchange, AsyncCallback callback) {
        ControllerAdmin present = operators.present(caller);
        try {
            boolean wasDraining = present.resume();
            Answer.json(exchange, 200, Json.text(json -> {
                json.writeStartObject();
                json.writeBooleanField("wasDraining", wasDraining);
                json.writeEndObject();
            }));
        } catch (IllegalStateException stopping) {
            throw new RequestRefusedException(Problem.conflict(stopping.getMessage()));
        }
        callback.done(false);
    }

    /** What is to be drained. */
    private interface Order {
        CompletionStage<DrainReport> give(ControllerAdmin admin, DrainOrder order);
    }

    private void drain(IncomingRequest request, Caller caller, Exchange exchange, AsyncCallback callback, Order drain) {
        ControllerAdmin present = operators.present(caller);
        Optional<Duration> limit = request.time("limit");
        DrainOrder order = new DrainOrder(limit, request.flag("stayAway"));
        if (!room.tryAcquire()) {
            throw new RequestRefusedException(Problem.notNow("as many wait for the end of a drain as may be"));
        }
        try {
            thread.execute(() -> begin(exchange, callback, () -> drain.give(present, order)));
        } catch (RejectedExecutionException stopped) {
            room.release();
            throw new RequestRefusedException(Problem.notNow("this gateway stops"));
        }
    }

    private void begin(Exchange exchange, AsyncCallback callback, Supplier<CompletionStage<DrainReport>> drain) {
        try {
            drain.get().whenComplete((report, failure) -> {
                try {
                    thread.execute(() -> end(exchange, callback, report, failure));
                } catch (RejectedExecutionException stopped) {
                    end(exchange, callback, report, failure);
                }
            });
        } catch (RequestRefusedException e) {
            refuse(exchange, callback, e.problem());
        } catch (IllegalArgumentException e) {
            refuse(exchange, callback, IncomingRequest.bad(e.getMessage()).problem());
        } catch (IllegalStateException e) {
            refuse(exchange, callback, Problem.conflict(e.getMessage()));
        } catch (RuntimeException defect) {
            end(exchange, callback, null, defect);
        }
    }

    private void refuse(Exchange exchange, AsyncCallback callback, Problem problem) {
        Answer.problem(exchange, problem, rules.get());
        room.release();
        callback.done(false);
    }

    private void end(Exchange exchange, AsyncCallback callback, DrainReport report, Throwable failure) {
        if (report == null) {
            exchange.setException(failure);
        } else {
            Answer.json(exchange, 200, Json.text(json -> write(json, report)));
        }
        room.release();
        callback.done(false);
    }

    private static void write(JsonGenerator json, DrainReport report) throws IOException {
        json.writeStartObject();
        json.writeStringField("what", report.what());
        json.writeStringField("end", report.end().name());
        json.writeNumberField("tookMillis", report.took().toMillis());
        json.writeNumberField("finished", report.finished());
        json.writeFieldName("unfinished");
        json.writeStartObject();
        for (var outcome : new TreeMap<>(report.unfinished()).entrySet()) {
            json.writeNumberField(outcome.getKey().name(), outcome.getValue());
        }
        json.writeEndObject();
        json.writeFieldName("commands");
        json.writeStartArray();
        for (DrainReport.Unfinished command : report.commands()) {
            json.writeStartObject();
            json.writeStringField("id", command.id().toString());
            json.writeStringField("principal", command.principal());
            json.writeStringField("source", command.source());
            json.writeStringField("target", command.target().toString());
            json.writeStringField("operation", command.operation());
            json.writeStringField("member", command.member());
            json.writeStringField("outcome", command.outcome().name());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeFieldName("channels");
        json.writeStartArray();
        for (DrainReport.ChannelReport channel : report.channels()) {
            write(json, channel);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, DrainReport.ChannelReport channel) throws IOException {
        json.writeStartObject();
        json.writeStringField("channel", channel.channelId());
        json.writeStringField("instance", channel.instance());
        json.writeStringField("target", channel.targetId());
        json.writeStringField("transport", channel.transport());
        json.writeStringField("end", channel.end().name());
        json.writeStringField("goodbye", channel.goodbye());
        json.writeNumberField("tookMillis", channel.took().toMillis());
        json.writeNumberField("toFinished", channel.toFinished());
        json.writeNumberField("toUnfinished", channel.toUnfinished());
        json.writeNumberField("handedOn", channel.handedOn());
        json.writeNumberField("fromFinished", channel.fromFinished());
        json.writeNumberField("fromUnfinished", channel.fromUnfinished());
        json.writeEndObject();
    }
}
