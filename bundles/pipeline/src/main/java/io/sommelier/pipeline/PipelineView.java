package io.sommelier.pipeline;

import io.sommelier.api.ErrorCode;
import java.util.List;
import java.util.Map;

/**
 * What an operator sees of the chain. Immutable; taken while commands flow, so its numbers may be some commands apart.
 *
 * @param handlers the handlers in the order of the way down, then in that of the way up
 * @param commands how many commands were opened
 * @param completed how many replies ended COMPLETE
 * @param failed how many ended FAILED, by code; only numbers above zero
 */
public record PipelineView(List<HandlerTime> handlers, long commands, long completed, Map<ErrorCode, Long> failed) {
    /** Copies list and map. */
    public PipelineView {
        handlers = List.copyOf(handlers);
        failed = Map.copyOf(failed);
    }
}
