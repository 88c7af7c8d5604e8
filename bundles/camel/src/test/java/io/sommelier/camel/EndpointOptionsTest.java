package io.sommelier.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a URI may say. */
class EndpointOptionsTest {
    private final DefaultCamelContext context = new DefaultCamelContext();
    private final SommelierComponent component = new SommelierComponent(new DeadSender());

    EndpointOptionsTest() {
        context.addComponent("sommelier", component);
        context.start();
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    private EndpointOptions options(String uri) {
        return ((SommelierEndpoint) context.getEndpoint(uri)).options();
    }

    @Test
    void aTargetAndAnOperationAreEnough() {
        EndpointOptions options = options("sommelier:cellar?operation=pour");

        assertThat(options.targetId()).isEqualTo("cellar");
        assertThat(options.operations()).containsExactly("pour");
        assertThat(options.ttl()).isEmpty();
        assertThat(options.instance()).isEmpty();
        assertThat(options.maxBodyBytes()).isEqualTo(16 << 20);
        assertThat(options)
                .returns(false, EndpointOptions::durable)
                .returns(false, EndpointOptions::idempotent)
                .returns(false, EndpointOptions::isStreamed)
                .returns(false, EndpointOptions::isDirect);
    }

    @Test
    void everyOptionIsRead() {
        EndpointOptions options = options("sommelier:cellar.1:a?operation=pour, taste&instance=barrel-1&ttl=2m"
                + "&durable=true&idempotent=true&stream=true&direct=true&maxBodyBytes=77");

        assertThat(options.targetId()).isEqualTo("cellar.1:a");
        assertThat(options.operations()).containsExactlyInAnyOrder("pour", "taste");
        assertThat(options.instance()).isEqualTo("barrel-1");
        assertThat(options.ttl()).contains(Duration.ofMinutes(2));
        assertThat(options.maxBodyBytes()).isEqualTo(77);
        assertThat(options)
                .returns(true, EndpointOptions::durable)
                .returns(true, EndpointOptions::idempotent)
                .returns(true, EndpointOptions::isStreamed)
                .returns(true, EndpointOptions::isDirect);
    }

    @Test
    void twoSlashesAndAnOmittedOperationAreFine() {
        assertThat(options("sommelier://cellar").targetId()).isEqualTo("cellar");
        assertThat(options("sommelier:*").targetId()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"250ms,250", "5s,5000", "2m,120000", "1h,3600000", "1500,1500", "168h,604800000"})
    void aTimeIsAnAmountAndItsUnit(String text, long millis) {
        assertThat(options("sommelier:cellar?ttl=" + text).ttl()).contains(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource({
        "ttl=soon,'ttl = soon (allowed: 1ms to 168h, as 250ms, 5s, 2m or 1h, or a number of milliseconds)'",
        "ttl=0s,ttl = 0s (allowed: 1ms",
        "ttl=-5s,ttl = -5s (allowed: 1ms",
        "ttl=169h,ttl = 169h (allowed: 1ms",
        "ttl=99999999999999s,ttl = 99999999999999s (allowed",
        "durable=yes,durable = yes (allowed: true or false)",
        "idempotent=1,idempotent = 1 (allowed: true or false)",
        "stream=parts,stream = parts (allowed: true or false)",
        "direct=,direct =  (allowed: true or false)",
        "maxBodyBytes=-1,maxBodyBytes = -1 (allowed: 0 to 1073741824)",
        "maxBodyBytes=many,maxBodyBytes = many (allowed: 0 to 1073741824)",
        "operation=.x,operation = .x (allowed: 1 to 128 of",
        "'operation=a,,b',operation =  (allowed: 1 to 128 of",
        "instance=a/b,instance = a/b (allowed: 1 to 128 of",
        "colour=red,'Unknown parameters=[{colour=red}]'"
    })
    void aBadValueIsNamedWithWhatIsAllowed(String option, String message) {
        assertThatThrownBy(() -> context.getEndpoint("sommelier:cellar?" + option))
                .isInstanceOf(ResolveEndpointFailedException.class)
                .hasMessageContaining(message);
    }

    @Test
    void allThatIsWrongIsNamedAtOnce() {
        assertThatThrownBy(() -> context.getEndpoint("sommelier:_x?ttl=never&durable=2"))
                .hasMessageContaining("target = _x (allowed: 1 to 128")
                .hasMessageContaining("or * where each message names it")
                .hasMessageContaining("ttl = never")
                .hasMessageContaining("durable = 2");
    }

    @Test
    void whatAllEndpointsOfCamelHaveIsThereToo() {
        SommelierEndpoint endpoint = (SommelierEndpoint)
                context.getEndpoint("sommelier:cellar?operation=pour&exchangePattern=InOnly&lazyStartProducer=true");

        assertThat(endpoint.getExchangePattern()).isEqualTo(ExchangePattern.InOnly);
        assertThat(endpoint.isLazyStartProducer()).isTrue();
    }

    @Test
    void aHeaderFilterOfTheRegistryIsUsed() {
        HeaderFilterStrategy filter = new SommelierHeaderFilter();
        context.getRegistry().bind("mine", filter);

        SommelierEndpoint endpoint =
                (SommelierEndpoint) context.getEndpoint("sommelier:cellar?headerFilterStrategy=#mine");

        assertThat(endpoint.headerFilter()).isSameAs(filter);
    }

    @Test
    void propertiesStandForValues() {
        context.getPropertiesComponent().addInitialProperty("cellar.ttl", "7s");

        assertThat(options("sommelier:cellar?ttl={{cellar.ttl}}").ttl()).contains(Duration.ofSeconds(7));
    }

    @Test
    void aRouteThatServesNamesTargetAndOperationAndNoInstance() {
        for (String uri : new String[] {
            "sommelier:cellar", "sommelier:*?operation=pour", "sommelier:cellar?operation=pour&instance=x"
        }) {
            assertThatThrownBy(() -> context.addRoutes(new RouteBuilder() {
                        @Override
                        public void configure() {
                            from(uri).to("log:x");
                        }
                    }))
                    .as(uri)
                    .hasStackTraceContaining(uri.contains("instance") ? "instance is for sending" : "names its target");
        }
    }

    @Test
    void oneEndpointSendsToOneOperation() {
        assertThatThrownBy(() -> context.getEndpoint("sommelier:cellar?operation=pour,taste")
                        .createProducer())
                .hasMessageContaining("allowed to send to is one");
    }

    @Test
    void aComponentWithoutARegistryOnlySends() {
        assertThatThrownBy(() -> context.addRoutes(new RouteBuilder() {
                    @Override
                    public void configure() {
                        from("sommelier:cellar?operation=pour").to("log:x");
                    }
                }))
                .hasStackTraceContaining("only sends");
    }

    @Test
    void theNumberOfCommandsUnderWayHasBounds() {
        assertThatThrownBy(() -> component.setMaxInFlight(0)).hasMessageContaining("maxInFlight = 0 (allowed: 1 to");
        assertThatThrownBy(() -> component.setMaxInFlight(100_001)).hasMessageContaining("maxInFlight = 100001");
    }

    @Test
    void aSenderThatThrowsFailsTheExchange() {
        Exchange exchange = context.createProducerTemplate()
                .request(
                        "sommelier:cellar?operation=pour",
                        sent -> sent.getMessage().setBody("x"));

        assertThat(exchange.getException())
                .isInstanceOfSatisfying(
                        CommandException.class,
                        failed -> assertThat(failed.error().code()).isEqualTo(ErrorCode.DRAINING));
        assertThat(context.createProducerTemplate()
                        .request("sommelier:cellar?operation=pour&stream=true", sent -> {})
                        .getException())
                .isInstanceOf(CommandException.class);
    }
}
