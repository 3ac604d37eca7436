<?php
// A WordPress is installed, with the plugin active and a post with its shortcode and one with its block.
define('WP_INSTALLING', true);
[, $root, $site, $tracker] = $argv;
$_SERVER['HTTP_HOST'] = parse_url($site, PHP_URL_HOST) . ':' . parse_url($site, PHP_URL_PORT);
require "$root/wp-load.php";
require_once "$root/wp-admin/includes/upgrade.php";
require_once "$root/wp-admin/includes/plugin.php";
add_filter('pre_wp_mail', '__return_true');
wp_install('The News', 'editor', 'editor@example.org', true, '', 'a password of a test');
switch_theme('plain');
$problem = activate_plugin('member-goal/member-goal.php');
if (is_wp_error($problem)) {
    fwrite(STDERR, $problem->get_error_message());
    exit(1);
}
do_action('admin_init');
update_option('member_goal_settings', ['address' => "$tracker/", 'campaign' => '25k', 'language' => 'EN']);
$texts = ['shortcode' => 'Before. [member_goal] After.', 'block' => '<!-- wp:member-goal/goal {"language":"uk"} /-->'];
foreach ($texts as $title => $text) {
    $posts[$title] = wp_insert_post(['post_title' => $title, 'post_content' => $text, 'post_status' => 'publish']);
}
echo json_encode($posts);
