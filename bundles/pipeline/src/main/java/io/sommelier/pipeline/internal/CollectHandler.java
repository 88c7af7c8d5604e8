package io.sommelier.pipeline.internal;

import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Stage;
import io.sommelier.spi.Context;
import io.sommelier.spi.PipelineHandler;
import java.util.concurrent.CompletionStage;
import java.util.function.IntSupplier;

/** Refuses a command whose payload or header block is over the limit in effect. Stateless. */
public final class CollectHandler implements PipelineHandler {
    private final IntSupplier maxPayloadBytes;
    private final IntSupplier maxHeaderBytes;

    /** Limits that are asked for each command. */
    public CollectHandler(IntSupplier maxPayloadBytes, IntSupplier maxHeaderBytes) {
        this.maxPayloadBytes = maxPayloadBytes;
        this.maxHeaderBytes = maxHeaderBytes;
    }

    @Override
    public CompletionStage<Void> down(Context context) {
        check(context, "payload", context.command().payload().size(), maxPayloadBytes, ErrorCode.PAYLOAD_TOO_LARGE);
        check(
                context,
                "headers",
                context.command().headers().encodedSize(),
                maxHeaderBytes,
                ErrorCode.HEADERS_TOO_LARGE);
        return NEXT;
    }

    private static void check(Context context, String what, int bytes, IntSupplier limit, ErrorCode code) {
        int most = limit.getAsInt();
        if (bytes > most) {
            context.fail(CommandError.of(
                    code,
                    Outcome.REFUSED,
                    Stage.PIPELINE,
                    what + " of " + bytes + " bytes, allowed are at most " + most));
        }
    }
}
