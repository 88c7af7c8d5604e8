package io.sommelier.pipeline;

import static io.sommelier.pipeline.Fixtures.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Headers;
import io.sommelier.api.Outcome;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.spi.Authorizer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The handlers that are always there. */
class BuiltInHandlersTest {
    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private final HandlerChain chain = new HandlerChain(new PipelineSettings(1024, 256, 1, 1, 16));
    private final RecordingEnd end = new RecordingEnd();

    private void pass(Command.Builder command) {
        chain.open(command.build(), ANNA, "anna-1", end).down();
    }

    private static Command.Builder command(int payloadBytes) {
        return Command.to("cellar", "fetch").payload(Payload.copyOf(new byte[payloadBytes]));
    }

    @Test
    void aPayloadAtTheLimitPassesAndOneAboveIsRefused() {
        pass(command(1024));
        pass(command(1025));

        assertThat(end.executed).hasSize(1);
        assertThat(end.refused)
                .containsExactly(CommandError.of(
                        ErrorCode.PAYLOAD_TOO_LARGE,
                        Outcome.REFUSED,
                        Stage.PIPELINE,
                        "payload of 1025 bytes, allowed are at most 1024"));
    }

    @Test
    void headersAtTheLimitPassAndThoseAboveAreRefused() {
        pass(command(0).headers(Headers.of("a", "x".repeat(252))));
        pass(command(0).headers(Headers.of("a", "x".repeat(253))));

        assertThat(end.executed).hasSize(1);
        assertThat(end.refused).extracting(CommandError::code).containsExactly(ErrorCode.HEADERS_TOO_LARGE);
    }

    @Test
    void aChangedLimitHoldsForTheNextCommand() {
        chain.settings(new PipelineSettings(2048, 256, 1, 1, 16));

        pass(command(2048));

        assertThat(end.executed).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                TRACE,
                "",
                "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more"
            })
    void aWellFormedTraceParentIsPassedOn(String traceparent) {
        pass(command(0).traceparent(traceparent));

        assertThat(end.executed).extracting(Command::traceparent).containsExactly(traceparent);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-011",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
                "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.more",
                "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "0g-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x"
            })
    void aMalformedTraceParentIsDroppedAndTheCommandGoesOn(String traceparent) {
        pass(command(0).traceparent(traceparent));

        assertThat(end.executed).extracting(Command::traceparent).containsExactly("");
    }

    @Test
    void withoutAnAuthorizerEverythingIsPermitted() {
        pass(command(0));

        assertThat(end.executed).hasSize(1);
    }

    @Test
    void everyAuthorizerIsAskedAndAllMustAgree() {
        List<String> asked = new ArrayList<>();
        chain.add((Authorizer) (principal, action, targetId, operation) ->
                asked.add(principal.name() + " " + action + " " + targetId + " " + operation));
        Authorizer no = (principal, action, targetId, operation) -> false;
        chain.add(no);

        pass(command(0));
        assertThat(chain.remove(no)).isTrue();
        assertThat(chain.remove(no)).isFalse();
        pass(command(0));

        assertThat(asked).containsExactly("anna SEND cellar fetch", "anna SEND cellar fetch");
        assertThat(end.refused).extracting(CommandError::code).containsExactly(ErrorCode.FORBIDDEN);
        assertThat(end.refused).extracting(CommandError::outcome).containsExactly(Outcome.REFUSED);
        assertThat(end.executed).hasSize(1);
    }

    @Test
    void anAuthorizerThatThrowsPermitsNothing() {
        chain.add((Authorizer) (principal, action, targetId, operation) -> {
            throw new IllegalStateException();
        });

        pass(command(0));

        assertThat(end.executed).isEmpty();
        assertThat(end.refused).extracting(CommandError::code).containsExactly(ErrorCode.INTERNAL);
    }
}
