-- Numbers and links the book that book.py hands over as JSON, and writes its HTML pages and its Typst source.
-- Every construct is woven: markup of the format at hand around pandoc's own blocks and inlines.

local KINDS = { fig = "Figure", tbl = "Table", sec = "Section", eq = "Equation" }
local CALLOUTS = { note = "Note", tip = "Tip", warning = "Warning", important = "Important", caution = "Caution" }
local KNOWN = { -- classes and, with a sign, attributes
  Div = "content-visible content-hidden panel-tabset column-page column-margin callout-note callout-tip "
    .. "callout-warning callout-important callout-caution layout-ncol= when-format= unless-format= "
    .. "title= collapse= appearance=",
  Span = "log smallcaps underline mark unnumbered content-visible content-hidden when-format= unless-format=",
  Header = "unnumbered",
  Image = "fig-alt= alt= width=",
  Table = "",
}
-- What Quarto numbers beyond KINDS, by the prefixes of its labels.
local LABELS = " thm lem cor prp cnj def exm exr rem sol lst nte tip wrn imp cau "
local TAB = '<button type="button" role="tab" id="%s" aria-controls="%s-panel" aria-selected="%s"%s>'
local PANEL = '<div role="tabpanel" tabindex="0" id="%s-panel" aria-labelledby="%s"%s>'
local NBSP = "\u{a0}"

local book = pandoc.json.decode(io.read("a"), false)
local problems, bibliography = pandoc.List(), {}
local format, html, chapter, labels, tabsets
FORMAT = "html" -- what filters look at; it is called for pages only
local reading_time = dofile(book.look .. "/reading-time.lua")
local units = dofile(book.look .. "/units.lua")[1]
local typst = dofile(pandoc.path.join({ pandoc.path.directory(arg[0]), "typst.lua" }))[1]

-- Report what stands at a line of the chapter, or at the first line that has the text `at` after the pattern `before`.
local function problem(at, message, before)
  local place = chapter.file
  for number, line in ipairs(chapter.lines) do
    if number == at or type(at) == "string" and line[2]:find((before or "") .. at:gsub("%p", "%%%0")) then
      place = line[1]
      break
    end
  end
  local text = place .. ": " .. message
  if not problems:includes(text) then problems:insert(text) end
end

-- Call a function of pandoc; what it warns of is a problem.
local function strict(call, ...)
  local messages, result = pandoc.log.silence(call, ...)
  for _, message in ipairs(messages) do
    local log = pandoc.json.decode(pandoc.json.encode(message), false)
    if log.verbosity == "WARNING" then
      local contents = type(log.contents) == "string" and log.contents or ""
      local at = tonumber(log.pretty:match("line (%d+)")) or contents:match("%S[^\n]*") or ""
      problem(at, (log.pretty:gsub("%s+", " ")))
    end
  end
  return result
end

-- Blocks from parts: strings are markup, which with the inlines beside it makes a line; blocks stay as they are.
local function weave(...)
  local blocks, line = pandoc.Blocks({}), pandoc.Inlines({})
  for _, part in ipairs(pandoc.List({ ... }) .. { pandoc.Blocks({}) }) do
    if type(part) == "string" then
      line:insert(pandoc.RawInline(format, part))
    elseif pandoc.utils.type(part) == "Inlines" then
      line:extend(part)
    else
      blocks:extend(#line > 0 and { pandoc.Plain(line) } or {})
      blocks:extend(part)
      line = pandoc.Inlines({})
    end
  end
  return blocks
end

local function kind(id) return KINDS[id:match("^(%a+)-")] and id:match("^(%a+)-") end
local function quoted(text) return '"' .. text:gsub('[\\"]', "\\%0") .. '"' end

-- A path written in a chapter, as a path from the project's root.
local function rooted(path)
  path = path:match("^/(.*)") or pandoc.path.normalize(pandoc.path.directory(chapter.file) .. "/" .. path)
  while path:find("[^/]+/%.%./") do path = path:gsub("[^/]+/%.%./", "", 1) end
  return path
end

-- Anchors are unique in a page but not in the one PDF: there all but labels get the chapter's position.
local function anchor(id, where)
  return (html or kind(id) or id == "") and id or ("ch" .. where.position .. "-" .. id)
end

local function key(id, where) return kind(id) and id or (where.file .. "#" .. id) end

local function register(id, number, text)
  if kind(id) and labels[id] then problem("#" .. id, "the label " .. id .. " is used twice") end
  labels[key(id, chapter)] = { number = number, text = text, chapter = chapter }
end

-- The next number of the label's kind in the chapter.
local function count(id)
  local name = kind(id)
  chapter.counts[name] = (chapter.counts[name] or 0) + 1
  local number = (chapter.number and chapter.number .. "." or "") .. chapter.counts[name]
  register(id, number, KINDS[name] .. NBSP .. number)
  return number
end

-- First pass: numbers, and constructs in the markup of the format -------------------------------------------

local constructs

local function callout(div, name)
  local title, collapse = pandoc.Inlines(div.attributes.title or CALLOUTS[name]), div.attributes.collapse
  if div.content[1] and div.content[1].t == "Header" then title = div.content:remove(1).content end
  local body = div.content:walk(constructs)
  if not html then return weave("#callout(icon_color: colors." .. name .. ", title: [", title, "], body: [", body, "])") end
  local tag, head = "aside", 'div class="callout-title"'
  if collapse then tag, head = "details", "summary" end
  local open = ('<%s class="callout %s"%s><%s>'):format(tag, name, collapse == "false" and " open" or "", head)
  body = pandoc.Blocks({ pandoc.Div(body, { class = "callout-body" }) })
  return weave(open, pandoc.Inlines({ pandoc.Span(title) }), "</" .. head:match("%a+") .. ">", body, "</" .. tag .. ">")
end

local function tabset(div)
  local level, bar, panels = div.content[1] and div.content[1].level, pandoc.List(), pandoc.List()
  if not level then problem("panel-tabset", "a tabset starts with the heading of its first tab", "^:+.*") end
  tabsets = tabsets + 1
  for _, block in ipairs(div.content) do
    if block.t ~= "Header" or block.level ~= level then
      panels:insert(pandoc.Blocks({ block }):walk(constructs))
    elseif html then
      local first, id = #bar == 0, "tab-" .. tabsets .. "-" .. #bar // 3 + 1
      bar:extend({ TAB:format(id, id, first, first and "" or ' tabindex="-1"'), block.content, "</button>" })
      panels:insert((first and "" or "</div>") .. PANEL:format(id, id, first and "" or " hidden"))
    else
      panels:insert(pandoc.Blocks({ pandoc.Para({ pandoc.Strong(block.content) }) }))
    end
  end
  if not html then return weave(table.unpack(panels)) end
  local parts = pandoc.List({ '<div class="tabset"><div role="tablist">' }) .. bar .. { "</div>" } .. panels
  return weave(table.unpack(parts .. { "</div></div>" }))
end

local function grid(columns, blocks)
  if not columns then return blocks end
  if html then
    return weave(('<div class="layout" style="--columns: %s">'):format(columns), { pandoc.Div(blocks) }, "</div>")
  end
  local parts = pandoc.List({ "#layout(" .. columns .. ")(" })
  for _, block in ipairs(blocks) do parts:extend({ "[", { block }, "]," }) end
  return weave(table.unpack(parts .. { ")" }))
end

-- A labelled figure or table: a Div whose last paragraph is the caption. One inside another gets a letter.
local function float(div)
  local id, name, outer, last = div.identifier, kind(div.identifier), chapter.float, div.content:remove()
  local caption, head = pandoc.Inlines({}), nil
  if last and last.t == "Table" then
    caption, last.caption = pandoc.utils.blocks_to_inlines(last.caption.long), {}
    div.content:insert(last)
  elseif last and #div.content > 0 and (last.t == "Para" or last.t == "Plain") then
    caption = last.content
  else
    problem("#" .. id, "no caption for " .. id)
  end
  if outer then
    outer.parts = outer.parts + 1
    head = "(" .. string.char(96 + outer.parts) .. ")"
    register(id, outer.number, KINDS[name] .. NBSP .. outer.number .. " " .. head)
  else
    chapter.float = { number = count(id), parts = 0 }
    head = html and KINDS[name] .. NBSP .. chapter.float.number .. ":" -- Typst writes it itself, as in its lists
  end
  local blocks = grid(div.attributes["layout-ncol"], div.content:walk(constructs))
  chapter.float = outer
  caption = (head and pandoc.Inlines({ head, pandoc.Space() }) or pandoc.Inlines({})) .. caption:walk(constructs)
  local result
  if html then
    local parts = pandoc.List({ blocks, "<figcaption>", caption, "</figcaption>" })
    if name == "tbl" then parts:insert(parts:remove(1)) end
    local class = table.concat({ "float", name, table.unpack(div.classes) }, " ")
    result = weave(('<figure id="%s" class="%s">'):format(id, class), table.unpack(parts .. { "</figure>" }))
  else
    local open = outer and "#panel([" or '#float("' .. name .. '", ['
    result = weave(open, caption, "])[", blocks, "] <" .. id .. ">")
  end
  return outer and pandoc.Div(result) or result, false
end

-- Refuse what is unknown of an element; then its content, if it is there for some formats only.
local function checked(el)
  local before = el.t == "Div" and "^%s*:::.*" or "{.*"
  local function known(name, what)
    if not (" " .. KNOWN[el.t] .. " "):find(" " .. name .. " ", 1, true) then
      problem(name:gsub("=$", ""), what .. name:gsub("=$", ""), before)
    end
  end
  for _, class in ipairs(el.classes) do known(class, "unknown class .") end
  for name in pairs(el.attributes) do known(name .. "=", "unknown attribute ") end
  local prefix = el.t == "Div" and el.identifier:match("^(%l+)%-")
  if prefix and LABELS:find(" " .. prefix .. " ", 1, true) then
    problem("#" .. el.identifier, "unknown kind of label " .. el.identifier)
  end
  local when, unless = el.attributes["when-format"], el.attributes["unless-format"]
  for _, name in pairs({ when, unless }) do
    if name ~= "html" and name ~= "typst" then problem(name, "unknown format " .. name, "-format=.*") end
  end
  if not when and not unless then return nil end
  local shown = (not when or when == format) and unless ~= format
  return shown == el.classes:includes("content-visible") and el.content:walk(constructs) or {}, false
end

local function raw(el)
  if el.format ~= "html" and el.format ~= "typst" then
    problem(el.text:match("%S[^\n]*"), el.format .. " reaches neither the pages nor the PDF: " .. el.text)
  end
end

constructs = {
  traverse = "topdown",
  Div = function(div)
    local replaced, name = checked(div), (div.classes[1] or ""):match("^callout%-(.+)$")
    if replaced then return replaced, false end
    if CALLOUTS[name or ""] then return callout(div, name), false end
    if div.classes:includes("panel-tabset") then return tabset(div), false end
    if kind(div.identifier) == "fig" or kind(div.identifier) == "tbl" then return float(div) end
    local columns = div.attributes["layout-ncol"]
    if columns then return grid(columns, div.content:walk(constructs)), false end
    if not html and div.classes:includes("column-margin") then
      return weave("#aside[", div.content:walk(constructs), "]"), false
    end
  end,
  Span = checked,
  Image = checked,
  Header = function(header)
    checked(header)
    local number, title = nil, pandoc.utils.stringify(header)
    if not header.classes:includes("unnumbered") and (header.level == 1 or chapter.number) then
      local levels = book.levels
      levels[header.level] = (levels[header.level] or 0) + 1
      for level = header.level + 1, 6 do levels[level] = nil end
      number = table.concat(levels, ".", 1, header.level)
    end
    local text = number and (header.level == 1 and "Chapter" or "Section") .. NBSP .. number
    register(header.identifier, number or title, text or title)
    if header.level == 1 then
      chapter.number, chapter.title, chapter.id = number, header.content:clone(), header.identifier
    end
    if html and number then
      header.content:insert(1, pandoc.RawInline("html", '<span class="number">' .. number .. "</span> "))
    end
    header.identifier = anchor(header.identifier, chapter)
    return header
  end,
  Figure = function(figure)
    local caption = pandoc.Para(pandoc.utils.blocks_to_inlines(figure.caption.long))
    if kind(figure.identifier) == "fig" then return float(pandoc.Div(figure.content .. { caption }, figure.attr)) end
  end,
  Table = function(tbl)
    checked(tbl)
    local id = tbl.identifier
    tbl.identifier = ""
    if kind(id) == "tbl" then return float(pandoc.Div({ tbl }, { id = id })) end
  end,
  CodeBlock = function(code)
    for name in pairs(code.attributes) do problem(name, "unknown attribute " .. name, "^%s*```.*") end
  end,
  Str = function(str)
    if str.text:match("^{#%l+%-") then problem(str.text, "this labels nothing: " .. str.text) end
  end,
  RawInline = raw,
  RawBlock = raw,
  Para = function(para)
    local line = para.content
    for i, math in ipairs(line) do
      local mark = line[i + 1] and line[i + 1].t == "Space" and i + 2 or i + 1
      local id = math.t == "Math" and line[mark] and line[mark].t == "Str" and line[mark].text:match("^{#(eq%-.+)}$")
      if id then
        local number = count(id)
        local open = "#math.equation(block: true, numbering: equation-numbering, [ "
        local close = " ]) <" .. id .. ">"
        if html then
          open = '<span id="' .. id .. '" class="equation">'
          close = '<span class="number">(' .. number .. ")</span></span>"
        end
        line:remove(mark)
        line[i + 1] = pandoc.RawInline(format, close)
        line:insert(i, pandoc.RawInline(format, open))
        return para
      end
    end
  end,
}
constructs.Plain = constructs.Para

-- Second pass: references, links, pictures ------------------------------------------------------------------

local function link(text, id, target)
  if not html then return pandoc.Link(text, "#" .. anchor(id, target)) end
  local page = target == chapter and "" or chapter.up .. target.file:gsub("qmd$", "html")
  return pandoc.Link(text, page .. (id ~= "" and "#" .. id or ""), "", { class = "xref" })
end

local references = {
  Cite = function(cite)
    local inlines = pandoc.Inlines({})
    for _, c in ipairs(cite.citations) do
      local entry = labels[c.id]
      if (entry == nil) ~= (labels[cite.citations[1].id] == nil) then
        problem("@" .. c.id, "write references to the book and citations in brackets of their own: @" .. c.id)
      end
      if not entry and not bibliography[c.id] then
        local missing = kind(c.id) and "nothing is labelled " .. c.id or "no entry " .. c.id .. " in the bibliography"
        problem("@" .. c.id, missing)
      elseif entry then
        local bare = c.mode == "SuppressAuthor" or #c.prefix > 0
        local text = #c.prefix > 0 and c.prefix .. { pandoc.Str(NBSP) } or pandoc.Inlines({})
        text:insert(pandoc.Str(bare and entry.number or entry.text))
        inlines:extend(#inlines > 0 and { pandoc.Str(","), pandoc.Space() } or {})
        inlines:insert(link(text, c.id, entry.chapter))
        inlines:extend(c.suffix)
      end
    end
    if #inlines > 0 then return inlines end
  end,
  Link = function(el)
    if el.target:match("^%a[%w+.-]*:") or el.classes:includes("xref") then return nil end
    local path, id = el.target:match("^([^#]*)#?(.*)$")
    local target = path == "" and chapter or book.chapters:find_if(function(c) return c.file == rooted(path) end)
    if target and (id == "" or labels[key(id, target)]) then
      return link(el.content, (html or id ~= "") and id or target.id, target)
    end
    problem("(" .. el.target, "this link leads nowhere in the book")
  end,
  Image = function(image)
    local alt = image.attributes["fig-alt"] or image.attributes.alt or pandoc.utils.stringify(image.caption)
    local width, path = image.attributes.width, rooted(image.src)
    local copy = pandoc.path.join({ book.made, path })
    if image.src:match("^%a[%w+.-]*:") or path:match("^%.%./") then
      problem("(" .. image.src, "this picture lies outside the project")
    elseif not pandoc.path.exists(copy) and not pandoc.path.exists(path) then
      problem("(" .. image.src, "there is no picture " .. image.src)
    elseif not pandoc.path.exists(copy) then
      pandoc.system.make_directory(pandoc.path.directory(copy), true)
      pandoc.system.copy(path, copy)
    end
    if html then
      local attributes = { class = table.concat(image.classes, " "), width = width }
      return pandoc.Image(alt, chapter.up .. path, image.title, attributes)
    end
    -- Typst reads a length from the file itself and keeps it within the text; a share of the width it is told.
    local size = width and not width:match("in$") and width:gsub("^([%d.]+)px$", "%1pt * 0.75")
    return pandoc.RawInline("typst", ("#picture(%s, %s, %s)"):format(quoted("/" .. path), size or "auto", quoted(alt)))
  end,
}

-- The book in one format after the other --------------------------------------------------------------------

local function write(name, blocks, meta, template, options)
  local file, target = pandoc.path.join({ book.templates, template }), pandoc.path.join({ book.made, name })
  for field, value in pairs(book.meta) do meta[field] = value end
  options.template = pandoc.template.compile(pandoc.system.read_file(file), file)
  options.wrap_text = "none"
  local document = strict(pandoc.utils.citeproc, pandoc.Pandoc(blocks, meta))
  if not html then document = document:walk(typst) end
  pandoc.system.make_directory(pandoc.path.directory(target), true)
  -- Typst could cite by itself; as pandoc makes them, citations read the same in both formats.
  pandoc.system.write_file(target, strict(pandoc.write, document, html and "html" or "typst-citations", options))
end

local function write_page(position)
  local nav = book.chapters:map(function(c)
    local href = chapter.up .. c.file:gsub("qmd$", "html")
    return { href = href, title = c.title, number = c.number or "", current = c == chapter }
  end)
  local meta = { nav = nav, previous = nav[position - 1], next = nav[position + 1], up = chapter.up }
  meta["page-title"] = chapter.title
  local options = { table_of_contents = true, toc_depth = 3, section_divs = true, html_math_method = "mathml" }
  local timed = reading_time[1].Pandoc(pandoc.Pandoc(chapter.blocks)).blocks
  write(chapter.file:gsub("qmd$", "html"), timed, meta, "page.html", options)
end

book.chapters = pandoc.List(book.chapters)
-- Call a function for each chapter, which then is the one that problems are found in.
local function each(call)
  for position, part in ipairs(book.chapters) do
    chapter = part
    call(position)
  end
end

if book.meta.bibliography then
  local all = { nocite = { pandoc.Cite({}, { pandoc.Citation("*", "NormalCitation") }) } }
  all.bibliography = book.meta.bibliography
  for _, entry in ipairs(pandoc.utils.references(pandoc.Pandoc({}, all))) do bibliography[entry.id] = true end
end
each(function()
  local text = table.concat(pandoc.List.map(chapter.lines, function(line) return line[2] end), "\n")
  chapter.up = ("../"):rep(select(2, chapter.file:gsub("/", "")))
  chapter.source = strict(pandoc.read, text, "markdown+table_attributes").blocks:walk(units)
end)
for _, target in ipairs({ "html", "typst" }) do
  format, html, labels, tabsets, book.levels = target, target == "html", {}, 0, {}
  each(function(position)
    chapter.counts, chapter.position, chapter.number, chapter.title = {}, position, nil, nil
    chapter.blocks = chapter.source:walk(constructs)
    if not chapter.title then problem(1, "a chapter starts with a heading of level 1") end
  end)
  local blocks = pandoc.Blocks({})
  each(function()
    chapter.blocks = chapter.blocks:walk(references)
    blocks:extend(chapter.blocks)
  end)
  if #problems == 0 and html then
    each(write_page)
  elseif #problems == 0 then
    write("book.typ", blocks, {}, "book.typ", { highlight_method = "idiomatic" })
  end
end
if #problems > 0 then
  io.stderr:write(table.concat(problems, "\n"))
  os.exit(1)
end
