package io.sommelier.pipeline.internal;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sommelier.spi.PipelineHandler;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChainedHandlerTest {
    private final PipelineHandler handler = new MetadataHandler();

    @Test
    void anUnknownPhaseIsRefusedWithAllThatIsAllowed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChainedHandler.of(handler, Map.of(PipelineHandler.PHASE, "SOON"), 0))
                .withMessageStartingWith("sommelier.phase is 'SOON', allowed is one of [COLLECT, METADATA")
                .withMessageEndingWith("SEND]");
    }

    @Test
    void aMissingPhaseIsRefusedWithAllThatIsAllowed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChainedHandler.of(handler, Map.of(), 0))
                .withMessageStartingWith("sommelier.phase is missing, allowed is one of [COLLECT, METADATA");
    }

    @Test
    void aPhaseOnAWayThatTheHandlerDoesNotTakeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChainedHandler.of(handler, Map.of(PipelineHandler.PHASE, "SEND"), 0))
                .withMessage("phase SEND is only on the way up, and the class has no method for that way");
    }
}
