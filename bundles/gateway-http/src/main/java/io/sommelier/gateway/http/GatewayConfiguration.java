package io.sommelier.gateway.http;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What tools show of {@link GatewaySettings}; those check the ranges. Times are texts such as 250ms, 5s, 2m or 1h. */
@ObjectClassDefinition(name = "Sommelier HTTP gateway", description = "Commands over HTTP.")
@interface GatewayConfiguration {
    /** {@link GatewaySettings#requests}. */
    @AttributeDefinition(name = "Usual time to live", description = "Where a request names none; 1ms to 168h.")
    String defaultTtl() default "30s";

    /** {@link GatewaySettings#requests}. */
    @AttributeDefinition(name = "Longest time to live", description = "That a request may name; 1s to 168h.")
    String maxTtl() default "24h";

    /** {@link GatewaySettings#requests}. */
    @AttributeDefinition(
            name = "Headers for workers",
            description = "Request headers that are passed on: names, and beginnings such as X-*, with commas between.",
            required = false)
    String passHeaders() default GatewaySettings.PASSED;

    /** {@link GatewaySettings#replies}. */
    @AttributeDefinition(
            name = "Headers for clients",
            description = "Headers of workers that are passed back: names, and beginnings such as X-*.",
            required = false)
    String returnHeaders() default GatewaySettings.RETURNED;

    /** {@link GatewaySettings#requests}. */
    @AttributeDefinition(
            name = "Web pages that may send requests",
            description = "Origins such as https://shop.example.org with commas between, or *.",
            required = false)
    String allowedOrigins() default "";

    /** {@link GatewaySettings#replies}. */
    @AttributeDefinition(name = "Retry-After", description = "Of 503 and 429; 1s to 1h.")
    String retryAfter() default "2s";

    /** {@link GatewaySettings#limits}. */
    @AttributeDefinition(
            name = "Most streamed replies at once",
            description = "1 to 1000000; without a value so many that they fill a quarter of the heap.",
            required = false)
    int maxStreams();

    /** {@link GatewaySettings#limits}. */
    @AttributeDefinition(name = "Most kept results", description = "Commands of early answers; 1 to 10000000.")
    int results() default 20_000;

    /** {@link GatewaySettings#limits}. */
    @AttributeDefinition(name = "Most memory for them", description = "Bytes, 1048576 to 1099511627776.")
    long resultsBytes() default 64L << 20;

    /** {@link GatewaySettings#limits}. */
    @AttributeDefinition(name = "Largest kept reply", description = "Bytes, 1024 to 1073741824.")
    long resultBytes() default 1 << 20;

    /** {@link GatewaySettings#limits}. */
    @AttributeDefinition(name = "How long results are kept", description = "1s to 168h.")
    String resultRetention() default "10m";

    /** {@link GatewaySettings#hasOperatorPaths}. */
    @AttributeDefinition(
            name = "Paths for operators",
            description = "Whether targets, channels and inflight are served.")
    boolean operatorPaths() default true;

    /** {@link GatewaySettings#drainLimit}. */
    @AttributeDefinition(name = "Time for open requests at a stop", description = "0s to 1m.")
    String drainLimit() default "2s";
}
