-- Numbers and links the book that build.py hands over as JSON, and writes its HTML pages and its Typst source.
-- Every construct is woven: markup of the format at hand around pandoc's own blocks and inlines.

package.path = pandoc.path.join({ pandoc.path.directory(arg[0]), "?.lua" })
FORMAT = "html" -- what filters look at; it is called for pages only

local context = require("context")
local now, problem, strict = context.now, context.problem, context.strict
local constructs = require("constructs")
local references = require("references")
local function filter(name) return dofile(pandoc.path.join({ now.book.filters, name })) end
local reading_time = filter("reading-time.lua")[1]
local units = filter("units.lua")[1]
local typst = filter("typst.lua")[1]

local function write(name, blocks, meta, template, options)
  local file, target = pandoc.path.join({ now.book.templates, template }), pandoc.path.join({ now.book.made, name })
  for field, value in pairs(now.book.meta) do meta[field] = value end
  options.template = pandoc.template.compile(pandoc.system.read_file(file), file)
  options.wrap_text = "none"
  local document = strict(pandoc.utils.citeproc, pandoc.Pandoc(blocks, meta))
  if not now.html then document = document:walk(typst) end
  pandoc.system.make_directory(pandoc.path.directory(target), true)
  -- Typst could cite by itself; as pandoc makes them, citations read the same in both formats.
  pandoc.system.write_file(target, strict(pandoc.write, document, now.html and "html" or "typst-citations", options))
end

-- Where a page's source lies on the web: what Quarto calls repo-actions.
local function actions()
  local meta, links = now.book.meta, pandoc.List({})
  local branch = meta["repo-branch"] or "main"
  local known = {
    edit = { "Edit this page", "edit/" .. branch .. "/" .. now.chapter.file },
    issue = { "Report an issue", "issues/new" },
    source = { "View source", "blob/" .. branch .. "/" .. now.chapter.file },
  }
  for _, name in ipairs(meta["repo-url"] and meta["repo-actions"] or {}) do
    local title, path = table.unpack(known[name])
    links:insert({ title = title, href = meta["repo-url"]:gsub("/?$", "/") .. path })
  end
  return links
end

local function write_page(position)
  local nav = now.book.chapters:map(function(c)
    local href = now.chapter.up .. c.file:gsub("qmd$", "html")
    return { href = href, title = c.title, number = c.number or "", current = c == now.chapter }
  end)
  local meta = { nav = nav, previous = nav[position - 1], next = nav[position + 1], up = now.chapter.up }
  meta.action = actions()
  meta["page-title"] = now.chapter.title
  local options = { table_of_contents = true, toc_depth = 3, section_divs = true, html_math_method = "mathml" }
  local timed = reading_time.Pandoc(pandoc.Pandoc(now.chapter.blocks)).blocks
  write(now.chapter.file:gsub("qmd$", "html"), timed, meta, "page.html", options)
end

now.book.chapters = pandoc.List(now.book.chapters)
-- Call a function for each chapter, which then is the one that problems are found in.
local function each(call)
  for position, part in ipairs(now.book.chapters) do
    now.chapter = part
    call(position)
  end
end

if now.book.meta.bibliography then
  local all = { nocite = { pandoc.Cite({}, { pandoc.Citation("*", "NormalCitation") }) } }
  all.bibliography = now.book.meta.bibliography
  for _, entry in ipairs(pandoc.utils.references(pandoc.Pandoc({}, all))) do now.bibliography[entry.id] = true end
end
each(function()
  local text = table.concat(pandoc.List.map(now.chapter.lines, function(line) return line[2] end), "\n")
  now.chapter.up = ("../"):rep(select(2, now.chapter.file:gsub("/", "")))
  now.chapter.source = strict(pandoc.read, text, "markdown+table_attributes").blocks:walk(units)
end)
for _, target in ipairs(now.book.formats) do
  now.format, now.html, now.labels, now.tabsets, now.book.levels = target, target == "html", {}, 0, {}
  each(function(position)
    now.chapter.counts, now.chapter.position, now.chapter.number, now.chapter.title = {}, position, nil, nil
    now.chapter.blocks = now.chapter.source:walk(constructs)
    if not now.chapter.title then problem(1, "a chapter starts with a heading of level 1") end
  end)
  local blocks = pandoc.Blocks({})
  each(function()
    now.chapter.blocks = now.chapter.blocks:walk(references)
    blocks:extend(now.chapter.blocks)
  end)
  if #now.problems == 0 and now.html then
    each(write_page)
  elseif #now.problems == 0 then
    write("book.typ", blocks, {}, "book.typ", { highlight_method = "idiomatic" })
  end
end
if #now.problems > 0 then
  io.stderr:write(table.concat(now.problems, "\n"))
  os.exit(1)
end
