package io.sommelier.pipeline;

import static io.sommelier.pipeline.Fixtures.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Payload;
import io.sommelier.spi.Authorizer;
import io.sommelier.spi.Phase;
import io.sommelier.spi.Pipeline;
import io.sommelier.spi.PipelineHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PipelineComponentTest {
    private final RecordingEnd end = new RecordingEnd();

    private void send(Pipeline pipeline, int bytes) {
        Command command = Command.to("cellar", "fetch")
                .payload(Payload.copyOf(new byte[bytes]))
                .build();
        pipeline.open(command, ANNA, "", end).down();
    }

    @Test
    void badSettingsAtTheStartLeaveTheDefaultsInEffect() {
        PipelineComponent pipeline = new PipelineComponent(Map.of("maxPayloadBytes", "huge"));

        send(pipeline, 4096);
        send(pipeline, (16 << 20) + 1);

        assertThat(end.executed).hasSize(1);
        assertThat(end.refused).hasSize(1);
    }

    @Test
    void badChangedSettingsLeaveWhatWasInEffect() {
        PipelineComponent pipeline = new PipelineComponent(Map.of("maxPayloadBytes", 1024));

        pipeline.modified(Map.of("maxPayloadBytes", 4096, "blockingThreads", 0));
        send(pipeline, 1025);
        pipeline.modified(Map.of("maxPayloadBytes", 4096));
        send(pipeline, 1025);

        assertThat(end.refused).hasSize(1);
        assertThat(end.executed).hasSize(1);
        pipeline.deactivate();
    }

    @Test
    void handlersAndAuthorizersComeChangeAndGo() {
        PipelineComponent pipeline = new PipelineComponent(Map.of());
        List<String> log = new ArrayList<>();
        PipelineHandler handler = recorder(log, "one");
        Authorizer no = (principal, action, targetId, operation) -> false;
        Authorizer yes = (principal, action, targetId, operation) -> true;

        pipeline.bindHandler(handler, in(Phase.DECODE));
        pipeline.updatedHandler(handler, in(Phase.EXECUTE));
        pipeline.bindAuthorizer(no);
        send(pipeline, 0);
        assertThat(log).isEmpty();
        pipeline.bindAuthorizer(yes);
        pipeline.unbindAuthorizer(no);
        send(pipeline, 0);
        pipeline.unbindHandler(handler);
        send(pipeline, 0);

        assertThat(log).containsExactly("down one");
        assertThat(end.refused).hasSize(1);
        assertThat(end.executed).hasSize(2);
    }

    @Test
    void whenTheLastAuthorizerGoesNothingIsPermittedUntilThereIsOneAgainOrTheOperatorSaysSo() {
        PipelineComponent pipeline = new PipelineComponent(Map.of());
        Authorizer yes = (principal, action, targetId, operation) -> true;
        pipeline.bindAuthorizer(yes);
        pipeline.unbindAuthorizer(yes);

        send(pipeline, 0);
        assertThat(end.refused).singleElement().satisfies(error -> {
            assertThat(error.code()).isEqualTo(ErrorCode.FORBIDDEN);
            assertThat(error.outcome()).isEqualTo(Outcome.REFUSED);
            assertThat(error.retryable()).isTrue();
            assertThat(error.message()).startsWith("nobody is here now to say who may send");
        });
        pipeline.bindAuthorizer(yes);
        send(pipeline, 0);
        assertThat(end.executed).hasSize(1);
        pipeline.unbindAuthorizer(yes);
        pipeline.modified(Map.of("requireAuthorizer", "never"));
        send(pipeline, 0);

        assertThat(end.executed).hasSize(2);
        assertThat(end.refused).hasSize(1);
    }

    @Test
    void whereThereMustAlwaysBeAnAuthorizerNothingIsPermittedBeforeTheFirst() {
        PipelineComponent pipeline = new PipelineComponent(Map.of("requireAuthorizer", "always"));

        send(pipeline, 0);

        assertThat(end.executed).isEmpty();
        assertThat(end.refused).hasSize(1);
    }
}
