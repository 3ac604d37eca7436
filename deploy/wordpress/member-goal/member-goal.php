<?php
/**
 * Plugin Name: Member goal
 * Description: Prints the number of a campaign into posts and pages, as finished text, without a script.
 * Version: 1.0.0
 * Requires at least: 5.8
 * Requires PHP: 7.4
 * License: MIT
 *
 * Settings: Settings > Member goal. In a text: the block "Member goal", or [member_goal].
 */

defined('ABSPATH') || exit;

// How long a text is printed before it is asked for again; wp-config.php may say otherwise.
defined('MEMBER_GOAL_LIFE_SECONDS') || define('MEMBER_GOAL_LIFE_SECONDS', 30);
const MEMBER_GOAL_LARGEST_BYTES = 65536;

/** What the settings say: address, campaign and language, the latter "" for the campaign's first. */
function member_goal_settings(): array
{
    $kept = get_option('member_goal_settings');
    return array_merge(['address' => '', 'campaign' => '', 'language' => ''], is_array($kept) ? $kept : []);
}

/** Settings as they may be kept: an address with http or https, a campaign and a language as ours are written. */
function member_goal_cleaned($typed): array
{
    $typed = is_array($typed) ? $typed : [];
    $address = rtrim(esc_url_raw(trim((string) ($typed['address'] ?? '')), ['http', 'https']), '/');
    return [
        'address' => $address,
        'campaign' => member_goal_word($typed['campaign'] ?? ''),
        'language' => member_goal_word($typed['language'] ?? ''),
    ];
}

function member_goal_word($typed): string
{
    $word = strtolower(trim((string) $typed));
    return preg_match('/^[a-z0-9-]{1,60}$/', $word) ? $word : '';
}

/**
 * The fragment of a campaign: not older than 30 seconds, else the last good one, else nothing.
 *
 * Who asks when it is old fetches it; while that goes on, and for 30 seconds after a failure, others get what is kept.
 */
function member_goal_fragment(string $campaign, string $language): string
{
    $settings = member_goal_settings();
    $campaign = member_goal_word($campaign) ?: $settings['campaign'];
    $language = member_goal_word($language) ?: $settings['language'];
    if ($settings['address'] === '' || $campaign === '') {
        return '';
    }
    $url = $settings['address'] . '/g/' . $campaign . ($language === '' ? '' : '.' . $language) . '.html';
    $key = 'member_goal_' . md5($url);
    $last = get_option($key, '');
    if (get_transient($key) !== false) {
        return $last;
    }
    set_transient($key, 1, MEMBER_GOAL_LIFE_SECONDS);
    $fetched = member_goal_fetch($url);
    if ($fetched === null) {
        return $last;
    }
    if ($fetched !== $last) {
        update_option($key, $fetched, false);
    }
    return $fetched;
}

/** The fragment at an address; "" where the campaign is taken back (404), null where nothing good was answered. */
function member_goal_fetch(string $url): ?string
{
    $answer = wp_remote_get($url, ['timeout' => 3, 'redirection' => 0, 'limit_response_size' => MEMBER_GOAL_LARGEST_BYTES]);
    if (is_wp_error($answer)) {
        return null;
    }
    $status = wp_remote_retrieve_response_code($answer);
    if ($status === 404) {
        return '';
    }
    $body = trim(wp_remote_retrieve_body($answer));
    $is_whole = strpos($body, '<section class="mg"') === 0 && substr($body, -10) === '</section>';
    return $status === 200 && $is_whole ? wp_kses($body, member_goal_allowed()) : null;
}

/** The elements and attributes that a fragment has; a script or a style can't come in this way. */
function member_goal_allowed(): array
{
    $all = ['class' => true, 'hidden' => true];
    $section = $all + ['lang' => true, 'dir' => true, 'aria-label' => true];
    foreach (['as-of', 'until', 'stage', 'plain', 'look', 'skin', 'rules', 'thanks'] as $name) {
        $section["data-$name"] = true;
    }
    return [
        'section' => $section,
        'p' => $all,
        'progress' => $all + ['value' => true, 'max' => true, 'aria-label' => true],
        'a' => $all + ['href' => true],
        'time' => $all + ['datetime' => true],
    ];
}

/** What shortcode and block print; the stylesheet comes along. */
function member_goal_print($given): string
{
    $given = is_array($given) ? $given : [];
    $fragment = member_goal_fragment((string) ($given['campaign'] ?? ''), (string) ($given['language'] ?? ''));
    if ($fragment !== '') {
        wp_enqueue_style('member-goal', member_goal_settings()['address'] . '/mg.css', [], null);
    }
    return $fragment;
}

add_action('init', function () {
    add_shortcode('member_goal', 'member_goal_print');
    wp_register_script(
        'member-goal-block',
        plugins_url('block.js', __FILE__),
        ['wp-blocks', 'wp-element', 'wp-block-editor', 'wp-components', 'wp-server-side-render'],
        '1.0.0',
        true
    );
    $text = ['type' => 'string', 'default' => ''];
    register_block_type('member-goal/goal', [
        'api_version' => 2,
        'editor_script' => 'member-goal-block',
        'attributes' => ['campaign' => $text, 'language' => $text],
        'render_callback' => 'member_goal_print',
    ]);
});

add_action('admin_init', function () {
    register_setting('member_goal', 'member_goal_settings', ['sanitize_callback' => 'member_goal_cleaned']);
});

add_action('admin_menu', function () {
    add_options_page('Member goal', 'Member goal', 'manage_options', 'member-goal', 'member_goal_page');
});

function member_goal_page(): void
{
    $settings = member_goal_settings();
    $fields = [
        'address' => ['Address of the campaign tracker', 'https://goal.example.org'],
        'campaign' => ['Campaign', '25k'],
        'language' => ['Language (empty: the first one)', 'en'],
    ];
    echo '<div class="wrap"><h1>Member goal</h1><form method="post" action="options.php">';
    settings_fields('member_goal');
    echo '<table class="form-table">';
    foreach ($fields as $name => [$label, $example]) {
        printf(
            '<tr><th><label for="mg-%1$s">%2$s</label></th><td><input class="regular-text" id="mg-%1$s" '
            . 'name="member_goal_settings[%1$s]" value="%3$s" placeholder="%4$s"></td></tr>',
            esc_attr($name),
            esc_html($label),
            esc_attr($settings[$name]),
            esc_attr($example)
        );
    }
    echo '</table>';
    submit_button();
    echo '</form><h2>As readers see it</h2>', member_goal_fragment('', '') ?: '<p>Nothing yet.</p>', '</div>';
}
